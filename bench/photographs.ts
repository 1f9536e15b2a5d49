import sharp from 'sharp'
import { corpusPath, hasCorpus } from '../test/support/corpus.ts'

/** Where pictures come from: `drawn` only where there is no corpus. */
export const ORIGIN = hasCorpus ? 'corpus' : 'drawn'

const CORPUS_PHOTOS = [
  'photos/beach-2725x2225.jpg',
  'kodak/kodim1.png',
  'faces/portrait-of-a-man.jpg',
  'kodak/kodim13.png',
  'photos/gain-map.jpg',
  'kodak/kodim20.png',
  'kodak/kodim23.png',
  'photos/flowers.jpeg',
  'kodak/kodim4.png',
  'kodak/kodim8.png',
  'faces/no_face.jpg',
]
const DRAWN_PHOTOS = 8

/** Different photographs to make large pictures of: files of the corpus, or pictures drawn in their stead. */
export async function photographs(): Promise<(string | Buffer)[]> {
  if (hasCorpus) return CORPUS_PHOTOS.map(corpusPath)
  return Promise.all(Array.from({ length: DRAWN_PHOTOS }, (_, i) => drawPhotograph(1200 + 100 * i, 1000)))
}

const OCTAVES = [4, 12, 40, 130, 420]

/** Clouds of noise of several sizes, one over the other: some detail at every scale, as in a photograph. A PNG. */
export async function drawPhotograph(width: number, height: number): Promise<Buffer> {
  const [first, ...others] = await Promise.all(
    OCTAVES.map((cells, i) => drawClouds(cells, 90 / (1 + i / 2), width, height)),
  )
  return sharp(first)
    .composite(others.map((input) => ({ input, blend: 'soft-light' as const })))
    .png()
    .toBuffer()
}

async function drawClouds(cells: number, sigma: number, width: number, height: number): Promise<Buffer> {
  const noise = { type: 'gaussian' as const, mean: 128, sigma }
  const create = { width: cells, height: cells, channels: 3 as const, background: 'black', noise }
  const small = await sharp({ create }).png().toBuffer()
  return sharp(small).resize(width, height, { fit: 'fill', kernel: 'cubic' }).png().toBuffer()
}
