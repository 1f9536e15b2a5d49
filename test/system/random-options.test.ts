import fc from 'fast-check'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NO_HINTS, resolveHints } from '../../packages/core/src/client-hints.ts'
import { ERRORS } from '../../packages/core/src/errors.ts'
import type { Options } from '../../packages/core/src/options/option-table.ts'
import { optionsOn } from '../../packages/core/src/options/sample-options.ts'
import { createRenderWorker } from '../support/render-worker.ts'

const worker = createRenderWorker()

beforeAll(async () => {
  await worker.listen()
})
afterAll(() => worker.close())

const draw = (width: number, height: number, background: string) =>
  sharp({ create: { width, height, channels: 4, background } }).composite([
    {
      input: Buffer.from(
        `<svg width="${width}" height="${height}"><circle cx="50%" cy="50%" r="30%" fill="tomato"/></svg>`,
      ),
    },
  ])
const frames = () =>
  Promise.all(['#123', '#456', '#789f'].map((colour) => draw(30, 22, colour).png().toBuffer()))

const PICTURES: readonly [name: string, draw: () => Promise<Buffer>][] = [
  ['an opaque JPEG', () => draw(61, 37, '#246').jpeg().toBuffer()],
  ['a PNG with transparency', () => draw(40, 53, '#24680080').png().toBuffer()],
  ['a WebP', () => draw(33, 64, '#0000').webp().toBuffer()],
  ['an AVIF', () => draw(64, 48, '#fff').avif({ effort: 1 }).toBuffer()],
  ['a picture of one column', () => draw(1, 300, '#abc').png().toBuffer()],
  [
    'an animation',
    async () =>
      sharp(await frames(), { join: { animated: true } })
        .gif()
        .toBuffer(),
  ],
]

const side = fc.option(fc.integer({ min: 1, max: 300 }), { nil: undefined })
/** Nothing that is always refused (models, another host), no result that takes long, and pixels, not a description. */
const requests = fc.record({
  given: fc
    .tuple(optionsOn('object'), side, side)
    .map(([{ segment, upscale, draw: overlays, width: _, height: __, ...options }, width, height]) => ({
      ...(options.format === 'json' ? { ...options, format: 'auto' } : options),
      ...(width === undefined ? {} : { width }),
      ...(height === undefined ? {} : { height }),
      ...(overlays === undefined ? {} : { draw: [{ text: 'Ab', size: 9 }] }),
    })) as fc.Arbitrary<Options>,
  formatClass: fc.constantFrom('avif', 'webp', 'base'),
})

describe('whatever is asked', () => {
  it.each(PICTURES)('of %s, there is a result within its price, or a refusal', async (_, drawPicture) => {
    const source = await drawPicture()
    let results = 0
    await fc.assert(
      fc.asyncProperty(requests, async ({ given, formatClass }) => {
        const { options } = resolveHints(given, NO_HINTS)
        const { meta, kind, detail } = await worker.render(source, options, formatClass)
        if (meta !== null) results += 1
        else expect([ERRORS[kind as keyof typeof ERRORS].status < 500, kind, detail]).toContain(true)
      }),
      { numRuns: 40, seed: 20_261_127 },
    )
    expect(results).toBeGreaterThan(10)
  })
})
