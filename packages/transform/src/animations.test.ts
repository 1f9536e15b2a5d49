import {
  createHeaderReader,
  DELIVERY_FAULTS,
  type FormatClass,
  type Op,
  programOfOptions,
  type SourceFacts,
  type SourceRef,
} from '@tintype/core'
import { createKernel } from '@tintype/pixels'
import { kernelModule } from '@tintype/pixels/module'
import { describe, expect, it } from 'vitest'
import { DECODERS } from './decoders.ts'
import { createGovernor, ISOLATE_BUDGET } from './governor.ts'
import { createIsolateKernels } from './isolate-kernels.ts'
import { createMemoryMeter } from './memory-meter.ts'
import { composeFrames, type SampleFrame, writeApng, writeGif, writeWebp } from './sample-animations.ts'
import { encode } from './sample-jobs.ts'
import { drawRaster, type Raster, streamOf } from './sample-rasters.ts'
import { transformImage } from './transform-image.ts'

type AnimatedFormat = 'gif' | 'png' | 'webp'

let state = 20_261_127
const random = (below: number): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return Math.floor((state / 2 ** 32) * below)
}

function factsOf(file: Uint8Array): SourceFacts {
  const reader = createHeaderReader(new Set(['gif', 'png', 'webp'] as const), DELIVERY_FAULTS)
  reader.push(file)
  return { ...reader.finishCut(), sizeBytes: file.length }
}

/** All frames of a file at its own size, by our decoder. */
async function decodeAll(file: Uint8Array, facts = factsOf(file), frames: 'all' | 'first' = 'all') {
  const decoder = DECODERS[facts.format as AnimatedFormat]
  const { width, height } = facts
  const view = {
    orientation: 1,
    crop: { x: 0, y: 0, width, height },
    size: { width, height },
    frames,
  } as const
  const { createByteReader } = await import('@tintype/pixels')
  const start = await decoder.readStart(createByteReader(streamOf(file)), async () => {}, false)
  const plan = decoder.plan(facts, start, view)
  const kernel = createKernel(kernelModule)
  const meter = createMemoryMeter()
  meter.watch(kernel)
  const shown: { readonly picture: Raster; readonly delayMs: number }[] = []
  const warnings: string[] = []
  for await (const frame of plan.run(kernel, streamOf(file, 700), meter)) {
    const mark = kernel.exports.heapMark()
    kernel.exports.allocate(10_000) // what steps take between two frames
    const { pointer } = frame.raster
    const data = new Uint8ClampedArray(kernel.bytes(pointer, width * height * 4).slice().buffer)
    shown.push({ picture: { width, height, data }, delayMs: frame.delayMs })
    warnings.push(...frame.warnings)
    kernel.exports.heapReset(mark)
  }
  const { kernelBytes, heapBytes, bufferBytes } = plan.price
  expect(meter.peakBytes()).toBeLessThanOrEqual(kernelBytes + heapBytes + bufferBytes + 65_536 + 10_000)
  return { shown, warnings }
}

/** Largest difference of what is seen on black, and of alpha. */
function seenDifference(a: Raster, b: Raster): number {
  let most = 0
  for (let at = 0; at < a.data.length; at += 4) {
    const [alphaA, alphaB] = [(a.data[at + 3] ?? 0) / 255, (b.data[at + 3] ?? 0) / 255]
    most = Math.max(most, 255 * Math.abs(alphaA - alphaB))
    for (let channel = 0; channel < 3; channel++) {
      const difference = (a.data[at + channel] ?? 0) * alphaA - (b.data[at + channel] ?? 0) * alphaB
      most = Math.max(most, Math.abs(difference))
    }
  }
  return most
}

/** Frames anywhere on the canvas; the first one covers it, where a format wants that. */
function randomAnimation(format: AnimatedFormat, alphas: readonly number[]) {
  const [width, height] = [1 + random(24), 1 + random(24)]
  const frames = Array.from({ length: 2 + random(6) }, (_, i): SampleFrame => {
    const step = format === 'webp' ? 2 : 1
    const isWhole = (i === 0 && format === 'png') || random(4) === 0
    const left = isWhole ? 0 : random(Math.ceil(width / step)) * step
    const top = isWhole ? 0 : random(Math.ceil(height / step)) * step
    const size = isWhole
      ? { width, height }
      : { width: 1 + random(width - left), height: 1 + random(height - top) }
    const colours = Array.from({ length: 6 }, () => [random(256), random(256), random(256)] as const)
    return {
      ...{ left, top },
      raster: drawRaster(size.width, size.height, () => {
        const alpha = alphas[random(alphas.length)] as number
        const [red, green, blue] = colours[random(6)] as (typeof colours)[number]
        return alpha === 0 ? [0, 0, 0, 0] : [red, green, blue, alpha]
      }),
      disposal: (['keep', 'clear', format === 'webp' ? 'clear' : 'restore'] as const)[random(3)] ?? 'keep',
      isBlended: format === 'gif' || random(2) === 0,
      delayMs: 10 * random(50),
    }
  })
  // What the first frame restores is an empty canvas, in every format.
  return { width, height, plays: random(4), frames }
}

const WRITERS = { gif: writeGif, png: writeApng, webp: writeWebp } as const

describe.each(['gif', 'png', 'webp'] as const)('an animated %s', (format) => {
  it.each([
    ['opaque or transparent', [0, 255, 255], 0],
    ...(format === 'gif' ? [] : ([['translucent', [0, 60, 128, 200, 255], 3]] as const)),
  ] as const)('has the frames of a plain compositor, %s', async (_, alphas, tolerance) => {
    for (let round = 0; round < 60; round++) {
      const animation = randomAnimation(format, alphas)
      const file = await WRITERS[format](animation)
      const facts = factsOf(file)
      expect(facts).toMatchObject({
        ...{ format, animated: true, width: animation.width, height: animation.height },
        animation: { frames: animation.frames.length, plays: animation.plays },
      })
      const expected = composeFrames(animation)
      const { shown, warnings } = await decodeAll(file)
      expect(warnings).toEqual([])
      expect(shown.map(({ delayMs }) => delayMs)).toEqual(animation.frames.map(({ delayMs }) => delayMs))
      for (const [i, { picture }] of shown.entries())
        expect(seenDifference(picture, expected[i] as Raster)).toBeLessThanOrEqual(tolerance)
      if (!facts.hasAlpha)
        for (const { data } of expected)
          expect(data.every((value, i) => i % 4 !== 3 || value === 255)).toBe(true)
    }
  })

  it('that is cut anywhere has the frames that came whole, says so, or is refused', async () => {
    const animation = randomAnimation(format, [255])
    animation.frames.push(...animation.frames, ...animation.frames)
    const file = await WRITERS[format](animation)
    const expected = composeFrames(animation)
    const counts = new Set<number>()
    for (let length = 30; length < file.length; length += 3) {
      const result = await decodeAll(file.subarray(0, length), factsOf(file)).catch((error: unknown) => error)
      if (!(result instanceof Error)) {
        const { shown, warnings } = result as Awaited<ReturnType<typeof decodeAll>>
        counts.add(shown.length)
        const isWhole = shown.length === expected.length && warnings.length === 0
        if (!isWhole) expect(warnings).toContain('source is truncated')
        const whole = shown.length > 1 ? shown : []
        for (const [i, { picture }] of whole.entries())
          expect(seenDifference(picture, expected[i] as Raster)).toBe(0)
      } else expect(result.name).toMatch(/^(ApiError|PixelError)$/)
    }
    expect(counts.size).toBeGreaterThan(1)
  })

  it('with changed bytes is shown or refused, within its price', async () => {
    for (let round = 0; round < 120; round++) {
      const file = await WRITERS[format](randomAnimation(format, [0, 255]))
      const facts = factsOf(file)
      for (let changes = 1 + random(3); changes > 0; changes--) file[random(file.length)] = random(256)
      const result = await decodeAll(file, facts).catch((error: unknown) => error)
      if (result instanceof Error) expect(result.name).toMatch(/^(ApiError|PixelError)$/)
    }
  })
})

it('the still of an animated PNG is no frame where no control stands before it', async () => {
  const still = drawRaster(8, 8, () => [9, 9, 9, 255])
  const frame = (red: number): SampleFrame => ({
    ...{ left: 0, top: 0, disposal: 'keep', isBlended: false, delayMs: 30 },
    raster: drawRaster(8, 8, () => [red, 0, 0, 255]),
  })
  const file = await writeApng({ width: 8, height: 8, plays: 0, frames: [frame(50), frame(90)] }, still)
  const red = ({ shown }: Awaited<ReturnType<typeof decodeAll>>) =>
    shown.map(({ picture }) => picture.data[0])
  expect(red(await decodeAll(file))).toEqual([50, 90])
  expect(red(await decodeAll(file, factsOf(file), 'first'))).toEqual([9])
})

describe('a job', () => {
  const frames = Array.from(
    { length: 9 },
    (_, i): SampleFrame => ({
      ...{ left: 0, top: 0, disposal: 'keep', isBlended: true, delayMs: 40 },
      raster: drawRaster(40, 30, (x, y) => [(x & ~3) * 6, (y & ~3) * 8, i * 20, 255]),
    }),
  )
  const animation = { width: 40, height: 30, plays: 2, frames }
  const part = (sha256: string): SourceRef => ({ kind: 'part', sha256 })

  async function run(
    file: Uint8Array,
    ops: readonly Op[],
    formatClass: FormatClass = 'webp',
    overlay?: Uint8Array,
  ) {
    const opened: string[] = []
    const result = await transformImage(
      {
        program: { ...programOfOptions({ metadata: 'none', format: 'auto' }), ops },
        source: { kind: 'stored', blobKey: 'a', facts: factsOf(file) },
        formatClass,
      },
      {
        governor: createGovernor(ISOLATE_BUDGET, { now: () => 0, wait: () => scheduler.wait(1) }),
        kernels: createIsolateKernels(),
        async open(source) {
          opened.push(source.kind)
          const bytes = source.kind === 'stored' ? file : (overlay as Uint8Array)
          return { body: streamOf(bytes), sizeBytes: bytes.length }
        },
        yield: () => scheduler.wait(0),
      },
    )
    expect(result.memory.peakBytes).toBeLessThanOrEqual(result.memory.pricedBytes)
    return { ...result, opened }
  }

  it.each(['webp', 'base'] as const)('decodes an overlay once for all frames: %s', async (formatClass) => {
    const overlay = await encode(
      'png',
      drawRaster(6, 6, () => [0, 250, 0, 255]),
    )
    const draw: Op = {
      ...{ op: 'draw', source: part('a'), ops: [], opacity: 1, repeat: 'none', composite: 'over' },
      place: { x: { from: 'left', px: 2 }, y: { from: 'top', px: 2 } },
    }
    const { bytes, opened } = await run(writeGif(animation), [draw], formatClass, overlay)
    expect(opened.filter((kind) => kind === 'part').length).toBeLessThanOrEqual(2) // its header, and its pixels
    const { shown } = await decodeAll(bytes)
    expect(shown).toHaveLength(9)
    for (const { picture } of shown) {
      const [red = 0, green = 0, blue = 0] = picture.data.subarray((5 * 40 + 5) * 4)
      expect(green - Math.max(red, blue)).toBeGreaterThan(200)
    }
  })

  it('costs what one frame takes, however many there are', async () => {
    const short = await run(
      writeGif({ ...animation, frames: frames.slice(0, 2) }),
      [{ op: 'blur', radius: 3 }],
      'base',
    )
    const long = await run(
      writeGif({ ...animation, frames: [...frames, ...frames, ...frames, ...frames] }),
      [{ op: 'blur', radius: 3 }],
      'base',
    )
    expect(long.memory.peakBytes - short.memory.peakBytes).toBeLessThan(2 * long.bytes.length + 65_536)
  })

  it('writes a WebP that libwebp’s own container would hold: even places, one size', async () => {
    const moving = frames.map(
      (frame, i): SampleFrame => ({
        ...frame,
        raster: drawRaster(40, 30, (x, y) =>
          x > 3 + i && x < 9 + i && y > 5 ? [200, 0, 0, 255] : [0, 0, 90, 255],
        ),
      }),
    )
    const { bytes, format } = await run(writeGif({ ...animation, frames: moving }), [])
    expect(format).toBe('webp')
    const facts = factsOf(bytes)
    expect(facts).toMatchObject({ hasAlpha: false, animation: { frames: 9, plays: 2 } })
    const { shown } = await decodeAll(bytes)
    for (const [i, { picture }] of shown.entries())
      expect(seenDifference(picture, (moving[i] as SampleFrame).raster)).toBeLessThan(110) // colours at half resolution
  })
})
