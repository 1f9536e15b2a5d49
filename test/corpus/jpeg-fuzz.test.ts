import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { type DecodedJpeg, decodeJpeg } from '../../packages/pixels/src/jpeg-decode.ts'
import { type JpegHeader, readJpegHeader } from '../../packages/pixels/src/jpeg-header.ts'
import { JPEG_QUALITY, type JpegDecodeRequest, planJpegDecode } from '../../packages/pixels/src/jpeg-plan.ts'
import { PixelError } from '../../packages/pixels/src/pixel-error.ts'
import type { Orientation } from '../../packages/pixels/src/resize.ts'
import { hasCorpus, readCorpus } from '../support/corpus.ts'
import { drawJpeg } from '../support/draw-jpeg.ts'
import { createRandom, mutate } from '../support/mutate.ts'
import { inPieces, newKernel, rasterBytes } from '../support/pixel-kernel.ts'

const SEED = 20261122
const ROUNDS = 1200
const MOST_PIXELS = 30_000_000
const SLOWEST_MS = 2000
const QUALITIES = [...Object.values(JPEG_QUALITY), { luma: 0.01, chroma: 0.01 }]

type Random = (below: number) => number

async function* stream(file: Uint8Array, size: number) {
  yield* inPieces(file, size)
}

/** Files of every structure, real ones where they are at hand. */
async function seeds(): Promise<Uint8Array[]> {
  const drawn = [
    { factors: [[1, 1]] },
    { factors: [[2, 2], [1, 1], [1, 1]], restartInterval: 3 },
    { factors: [[4, 1], [1, 1], [1, 1]], isSplit: true },
    { factors: [[1, 2], [1, 1], [1, 1], [1, 2]], adobe: 2, isWide: true },
  ] as const // biome-ignore format: a table
  const files: Uint8Array[] = drawn.map((it) => drawJpeg({ width: 75, height: 60, ...it }))
  for (const [i, chromaSubsampling] of ['4:2:0', '4:4:4'].entries()) {
    files.push(
      await sharp(files[i + 1])
        .jpeg({ progressive: true, chromaSubsampling })
        .toBuffer(),
    )
  }
  if (!hasCorpus) return files
  for (const path of ['photos/320x240.jpg', 'exif-orientation/Portrait_6.jpg', 'jpeg-kinds/testorig.jpg']) {
    files.push(readCorpus(path), await sharp(readCorpus(path)).jpeg({ progressive: true }).toBuffer())
  }
  return files
}

function randomRequest({ width, height }: JpegHeader, random: Random): JpegDecodeRequest {
  const orientation = (1 + random(8)) as Orientation
  const [shownWidth, shownHeight] = orientation < 5 ? [width, height] : [height, width]
  const [x, y] = [random(shownWidth), random(shownHeight)]
  const window = { x, y, width: 1 + random(shownWidth - x), height: 1 + random(shownHeight - y) }
  return {
    orientation,
    outWidth: 1 + random(300),
    outHeight: 1 + random(200),
    bleed: random(2) === 0,
    quality: QUALITIES[random(QUALITIES.length)] as (typeof QUALITIES)[number],
    coefficientBytes: random(2) ? 5000 : 2 ** 22,
    ...(random(2) === 0 && { window }),
  }
}

/** Decode whatever it is. Anything but a picture or a PixelError about it fails the test. */
async function survive(file: Uint8Array, random: Random): Promise<DecodedJpeg | undefined> {
  const kernel = newKernel()
  const startedAt = performance.now()
  try {
    const header = readJpegHeader(file)
    if (header.width * header.height > MOST_PIXELS) return undefined
    const plan = planJpegDecode(header, randomRequest(header, random))
    try {
      return await decodeJpeg(kernel, random(2) ? file : stream(file, 1 + random(3000)), plan)
    } finally {
      expect(kernel.peakBytes()).toBeLessThanOrEqual(plan.priceBytes)
    }
  } catch (error) {
    expect(error).toBeInstanceOf(PixelError)
    expect((error as PixelError).reason).not.toBe('internal')
    return undefined
  } finally {
    expect(performance.now() - startedAt).toBeLessThan(SLOWEST_MS)
  }
}

describe('damaged JPEGs', () => {
  it('give a picture, a part of it, or an error about it; and the next good one is right', async () => {
    const random = createRandom(SEED)
    const files = await seeds()
    const good = files[0] as Uint8Array
    const plan = planJpegDecode(readJpegHeader(good), { outWidth: 30, outHeight: 20 })
    const decodeGood = async () => rasterBytes((await decodeJpeg(newKernel(), good, plan)).raster)
    const expected = await decodeGood()
    let pictures = 0
    for (let round = 0; round < ROUNDS; round++) {
      let file = mutate(files[random(files.length)] as Uint8Array, random)
      if (random(3) === 0) file = mutate(file, random)
      if (await survive(file, random)) pictures++
      if (round % 100 === 0) expect(await decodeGood()).toEqual(expected)
    }
    expect(pictures).toBeGreaterThan(ROUNDS / 2)
  })
})
