import sharp, { type AvifOptions, type Sharp } from 'sharp'
import {
  auxC,
  ispe,
  type SampleHeif,
  type SampleItem,
  sampleHeif,
  uint,
} from '../../packages/core/src/header/sample-pictures.ts'
import { type CodedStill, readAvifPicture } from '../../packages/core/src/index.ts'

/** Pixels of a drawn picture: RGB or RGBA, row-major. */
export interface Drawing {
  readonly width: number
  readonly height: number
  readonly channels: 3 | 4
  readonly data: Uint8Array
}

export function draw(
  width: number,
  height: number,
  at: (x: number, y: number) => readonly number[],
): Drawing {
  const pixels = Array.from({ length: width * height }, (_, i) => at(i % width, Math.floor(i / width)))
  return {
    width,
    height,
    channels: pixels[0]?.length === 4 ? 4 : 3,
    data: new Uint8Array(pixels.flat()),
  }
}

export const imageOf = ({ width, height, channels, data }: Drawing): Sharp =>
  sharp(data, { raw: { width, height, channels } })

/** AV1 data without its container, of a picture and of its transparency. */
export interface Coded {
  readonly colour: SampleItem
  readonly alpha: SampleItem | null
}

type Property = NonNullable<SampleItem['properties']>[number]

/** `colr` of code points, full range. */
export const nclx = (primaries: number, transfer: number, matrix = 6): Property => [
  'colr',
  'nclx',
  uint(primaries, 2),
  uint(transfer, 2),
  uint(matrix, 2),
  0x80,
]

/** `clap` of whole pixels. */
export const clap = (width: number, height: number, right = 0, down = 0): Property => [
  'clap',
  ...[width, 1, height, 1, right, 1, down, 1].map((value) => uint(value < 0 ? value + 2 ** 32 : value, 4)),
]

/** Encode a picture, and take the file apart: items 1 and 2, with `ispe` and `av1C` and nothing else. */
export async function code(picture: Drawing | Sharp, options: AvifOptions = {}): Promise<Coded> {
  const file = await ('data' in picture ? imageOf(picture) : picture)
    .avif({ quality: 100, effort: 2, chromaSubsampling: '4:4:4', ...options })
    .toBuffer()
  const coded = readAvifPicture(file)
  if (coded === null) throw new Error('sharp wrote no AVIF')
  const itemOf = (
    id: number,
    { width, height, config, extents }: CodedStill,
    more: Property[],
  ): SampleItem => {
    const [{ offset, length } = { offset: 0, length: 0 }] = extents
    return {
      id,
      properties: [ispe(width, height), ['!av1C', config], ...more],
      data: new Uint8Array(file.subarray(offset, offset + length)),
    }
  }
  const [colour, alpha] = [coded.colour.tiles[0], coded.alpha?.tiles[0]]
  return {
    colour: itemOf(1, colour as CodedStill, []),
    alpha: alpha === undefined ? null : itemOf(2, alpha, [auxC()]),
  }
}

/** A file around coded data, by other means than the project's own. */
export function fileOf(
  { colour, alpha }: Coded,
  properties: readonly Property[] = [],
  more: Partial<SampleHeif> = {},
): Uint8Array<ArrayBuffer> {
  const picture = { ...colour, properties: [...(colour.properties ?? []), ...properties] }
  return sampleHeif({
    items: alpha === null ? [picture] : [picture, alpha],
    references: alpha === null ? [] : [['auxl', alpha.id, [colour.id]]],
    ...more,
  })
}
