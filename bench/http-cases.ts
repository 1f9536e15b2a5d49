import sharp, { type Sharp } from 'sharp'
import { drawPhotograph } from './photographs.ts'
import { readSource } from './sources.ts'

/** A delivery that is measured over HTTP, and the same work by sharp. */
export interface HttpCase {
  readonly id: string
  readonly title: string
  /** What a visitor's `Accept` header says, and the media type that it has to bring. */
  readonly accept: string
  readonly mediaType: string
  /** Width asked for, px; the height bound never takes effect. */
  readonly width: number
  /** Most that a cold delivery may take, as a ratio to `against`. */
  readonly target: number
  readonly against: 'sharp' | 'a hit'
  readSource(): Promise<Uint8Array>
  /** sharp's encoder, set up to do what ours does. */
  encode(image: Sharp): Sharp
}

const QUALITY = 85
const ANY_PICTURE = 'image/jpeg,image/png,*/*;q=0.5'
const progressiveJpeg = (image: Sharp): Sharp => image.jpeg({ quality: QUALITY, progressive: true })

export const HTTP_CASES: readonly HttpCase[] = [
  {
    id: 'photo',
    title: '6 MP JPEG → 720 JPEG',
    accept: ANY_PICTURE,
    mediaType: 'image/jpeg',
    width: 720,
    target: 1.1,
    against: 'sharp',
    readSource: () => readSource('beach'),
    encode: progressiveJpeg,
  },
  {
    id: 'alpha',
    title: '3 MP RGBA PNG → 720 PNG',
    accept: ANY_PICTURE,
    mediaType: 'image/png',
    width: 720,
    target: 1.15,
    against: 'sharp',
    readSource: () => readSource('paper'),
    encode: (image) => image.png(),
  },
  {
    id: 'large',
    title: '12 MP JPEG → 1200 WebP',
    accept: 'image/webp,*/*;q=0.5',
    mediaType: 'image/webp',
    width: 1200,
    target: 0.9,
    against: 'sharp',
    readSource: () => readSource('twelve'),
    encode: (image) => image.webp({ quality: QUALITY }),
  },
  {
    id: 'small',
    title: '320x240 JPEG → 320 JPEG',
    accept: ANY_PICTURE,
    mediaType: 'image/jpeg',
    width: 320,
    target: 2,
    against: 'a hit',
    readSource: async () =>
      sharp(await drawPhotograph(320, 240))
        .jpeg({ quality: QUALITY })
        .toBuffer(),
    encode: progressiveJpeg,
  },
]
