import type { Browser } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, launchChromium } from '../support/chromium.ts'
import { createRenderWorker } from '../support/render-worker.ts'

const worker = createRenderWorker()
let browser: Browser | null = null

beforeAll(async () => {
  await worker.listen()
  if (hasChromium) browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  await worker.close()
})

interface Pixels {
  readonly width: number
  readonly height: number
  /** RGBA */
  readonly data: Uint8Array
}

/** Soft waves in all directions, and where asked transparent in the middle. */
function waves(width: number, height: number, hasHole: boolean): Pixels {
  const data = new Uint8Array(width * height * 4)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 4
      data[at] = 128 + 100 * Math.sin(x / 37 + y / 91)
      data[at + 1] = 128 + 100 * Math.sin(y / 23 - x / 61)
      data[at + 2] = 128 + 60 * Math.cos((x + y) / 47)
      const isHole = hasHole && Math.hypot(x - width / 2, y - height / 2) < height / 5
      data[at + 3] = isHole ? 0 : 255
    }
  }
  return { width, height, data }
}

const pngOf = ({ width, height, data }: Pixels) =>
  sharp(data, { raw: { width, height, channels: 4 } })
    .png({ compressionLevel: 1 })
    .toBuffer()

async function asAvif(picture: Pixels): Promise<Buffer> {
  const request = await worker.createRequest(await pngOf(picture), { format: 'avif', quality: 85 })
  const { meta, detail, body } = await worker.send(request)
  expect([meta?.format, meta?.width, meta?.height, detail]).toEqual([
    'avif',
    picture.width,
    picture.height,
    null,
  ])
  return body
}

async function inSharp(file: Buffer): Promise<Pixels> {
  const { data, info } = await sharp(file).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, data }
}

async function inChromium(file: Buffer): Promise<Pixels> {
  const page = await (browser as Browser).newPage()
  const shown = await page.evaluate(async (base64) => {
    const image = new Image()
    image.src = `data:image/avif;base64,${base64}`
    await image.decode()
    const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight)
    const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D
    context.drawImage(image, 0, 0)
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height)
    let text = ''
    for (let at = 0; at < data.length; at += 32_768)
      text += String.fromCharCode(...data.subarray(at, at + 32_768))
    return { width: canvas.width, height: canvas.height, data: btoa(text) }
  }, file.toString('base64'))
  await page.close()
  return { ...shown, data: Buffer.from(shown.data, 'base64') }
}

/** PSNR, dB, of what is opaque in the original, at the places that are asked for. */
function likeness(actual: Pixels, original: Pixels, isAsked: (x: number, y: number) => boolean): number {
  let [squares, count] = [0, 0]
  for (let y = 0; y < original.height; y++) {
    for (let x = 0; x < original.width; x++) {
      const at = (y * original.width + x) * 4
      if (original.data[at + 3] !== 255 || !isAsked(x, y)) continue
      for (let c = 0; c < 4; c++) squares += ((actual.data[at + c] ?? 0) - (original.data[at + c] ?? 0)) ** 2
      count += 4
    }
  }
  return 10 * Math.log10(255 ** 2 / Math.max(squares / count, 1e-9))
}

/** The sides of tiles, px, as the file's first size of a coded item says them. */
function tileOf(file: Buffer): { width: number; height: number } {
  const sizes = new Map<string, { width: number; height: number }>()
  for (let at = file.indexOf('ispe'); at >= 0; at = file.indexOf('ispe', at + 4)) {
    const size = { width: file.readUInt32BE(at + 8), height: file.readUInt32BE(at + 12) }
    sizes.set(`${size.width}x${size.height}`, size)
  }
  return [...sizes.values()].reduce((one, other) => (other.width < one.width ? other : one))
}

const READERS = [['sharp', inSharp], ...(hasChromium ? [['Chromium', inChromium] as const] : [])] as const

describe.each([
  ['even', 2304, 1500, false],
  ['odd', 2301, 1503, false],
  ['even and transparent', 2304, 1500, true],
  ['odd and transparent', 2301, 1503, true],
])('an AVIF grid, %s', (_, width, height, hasHole) => {
  const original = waves(width, height, hasHole)
  let file: Buffer
  beforeAll(async () => {
    file = await asAvif(original)
  })

  it.each(READERS)('is whole in %s, without seams', async (_, read) => {
    const shown = await read(file)
    expect([shown.width, shown.height]).toEqual([width, height])
    const tile = tileOf(file)
    const isAtSeam = (x: number, y: number) =>
      (x >= 2 && (x + 2) % tile.width < 4) || (y >= 2 && (y + 2) % tile.height < 4)
    const everywhere = likeness(shown, original, () => true)
    expect(everywhere).toBeGreaterThan(40)
    expect(likeness(shown, original, isAtSeam)).toBeGreaterThan(everywhere - 3)
    expect(shown.data[(Math.round(height / 2) * width + Math.round(width / 2)) * 4 + 3]).toBe(
      hasHole ? 0 : 255,
    )
  })
})

it('what a client did not ask for by name is no grid', async () => {
  const request = await worker.createRequest(await pngOf(waves(2304, 1500, false)), {}, 'avif')
  const { meta } = await worker.send(request)
  expect(meta?.format).toBe('png')
  expect(meta?.warnings).toContain('image too large for AVIF')
})

it('six megapixels fit, and take no more than their price', async () => {
  const picture = waves(3000, 2000, false)
  const shown = await inSharp(await asAvif(picture))
  expect(likeness(shown, picture, () => true)).toBeGreaterThan(40)
})
