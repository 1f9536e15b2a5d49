import sharp, { type Metadata } from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { psnr } from '../support/pictures.ts'
import { createRenderWorker } from '../support/render-worker.ts'

const worker = createRenderWorker()
beforeAll(() => worker.listen())
afterAll(() => worker.close())

/** A picture of many colours and soft shapes, in PNG. */
async function drawSoft(width: number, height: number, hasAlpha: boolean): Promise<Buffer> {
  const data = Buffer.alloc(width * height * 4)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 4
      const grain = ((Math.imul(Math.imul(x + 1, 0x9e3779b1) ^ (y + 7), 0xc2b2ae35) >>> 12) % 13) - 6
      data[at] = 128 + 90 * Math.sin(x / 17) + grain
      data[at + 1] = 128 + 90 * Math.sin(y / 23) - grain
      data[at + 2] = 128 + 90 * Math.sin((x + y) / 31) + grain
      data[at + 3] = hasAlpha ? Math.min(255, x) : 255
    }
  }
  return sharp(data, { raw: { width, height, channels: 4 } })
    .png()
    .toBuffer()
}

async function rendered(
  source: Buffer,
  options: Parameters<typeof worker.createRequest>[1],
): Promise<{ body: Buffer; metadata: Metadata }> {
  const { body, detail } = await worker.send(await worker.createRequest(source, options))
  expect(detail).toBeNull()
  return { body, metadata: await sharp(body).metadata() }
}

describe('a PNG', () => {
  it.each([false, true])('with a quality has a palette, transparent: %s', async (hasAlpha) => {
    const source = await drawSoft(300, 200, hasAlpha)
    const whole = await rendered(source, { format: 'png-force' })
    const reduced = await rendered(source, { format: 'png-force', quality: 85 })
    expect([whole.metadata.isPalette, reduced.metadata.isPalette]).toEqual([false, true])
    expect([whole.metadata.hasAlpha, reduced.metadata.hasAlpha]).toEqual([hasAlpha, hasAlpha])
    expect(reduced.body.length).toBeLessThan(whole.body.length / 2)
    expect(await psnr(reduced.body, whole.body)).toBeGreaterThan(28)
    expect(await psnr(whole.body, source)).toBe(Number.POSITIVE_INFINITY)
  })

  it.each([{ quality: 100 }, { quality: 50, compression: 'fast' }] as const)(
    'keeps all colours with %j',
    async (options) => {
      const source = await drawSoft(200, 100, true)
      const { body, metadata } = await rendered(source, { format: 'png-force', ...options })
      expect(metadata.isPalette).toBe(false)
      expect(await psnr(body, source)).toBe(Number.POSITIVE_INFINITY)
    },
  )
})

describe('a WebP', () => {
  it.each([
    [100, true],
    [99, false],
  ])('of quality %i is lossless: %s', async (quality, isLossless) => {
    const source = await drawSoft(300, 200, false)
    const { body } = await rendered(source, { format: 'webp', quality })
    expect(body.includes('VP8L')).toBe(isLossless)
    expect((await psnr(body, source)) === Number.POSITIVE_INFINITY).toBe(isLossless)
  })
})

describe('a JPEG', () => {
  it.each([
    [{ format: 'jpeg' }, true],
    [{ format: 'baseline-jpeg' }, false],
    [{ format: 'jpeg', width: 40, height: 40, fit: 'squeeze' }, false],
    [{ format: 'jpeg', width: 40, height: 50, fit: 'squeeze' }, true],
    [{ format: 'jpeg', width: 3001, height: 3001, fit: 'squeeze' }, false],
    [{ format: 'jpeg', compression: 'fast' }, false],
  ] as const)('of %j is progressive: %s', async (options, expected) => {
    const { metadata } = await rendered(await drawSoft(300, 200, false), options)
    expect([metadata.format, metadata.isProgressive]).toEqual(['jpeg', expected])
  })
})
