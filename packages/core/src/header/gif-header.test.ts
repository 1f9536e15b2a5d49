import { expect, it } from 'vitest'
import { readImageHeader } from './image-header.ts'
import { bytesOf, sampleGif } from './sample-pictures.ts'

it.each([
  [
    { frames: 1, isTransparent: false },
    { hasAlpha: false, animated: false },
  ],
  [
    { frames: 1, isTransparent: true },
    { hasAlpha: true, animated: false },
  ],
  [
    { frames: 2, isTransparent: false },
    { hasAlpha: false, animated: true },
  ],
  [
    { frames: 9, isTransparent: true },
    { hasAlpha: true, animated: true },
  ],
])('reads %j', (sample, header) => {
  expect(readImageHeader(sampleGif(sample))).toMatchObject({
    format: 'gif',
    width: 20,
    height: 10,
    ...header,
  })
})

it('counts frames and plays, and sees what brings back the frame before', () => {
  const animation = (frames: number, disposal: number) =>
    readImageHeader(sampleGif({ frames, disposal }))?.animation
  expect(animation(1, 3)).toBeUndefined()
  expect(animation(2, 1)).toEqual({ frames: 2, plays: 0, restoresPrevious: false })
  expect(animation(7, 3)).toEqual({ frames: 7, plays: 0, restoresPrevious: true })
})

it('refuses a file without a frame, and bytes that are no block', () => {
  expect(() => readImageHeader(sampleGif({ frames: 0 }))).toThrow('it holds no frame')
  expect(() => readImageHeader(bytesOf(sampleGif().subarray(0, 25), 0x99))).toThrow('a block is no block')
})

it.each([
  ['whole', [0, 0, 20, 10], false],
  ['from one pixel on', [1, 0, 19, 10], true],
  ['from one line on', [0, 1, 20, 9], true],
  ['but its last line', [0, 0, 20, 9], true],
  ['but its last pixels', [0, 0, 19, 10], true],
] as const)(
  'what the first frame leaves uncovered is transparent: it covers the screen %s',
  (_, at, hasAlpha) => {
    expect(readImageHeader(sampleGif({ at }))).toMatchObject({ width: 20, height: 10, hasAlpha })
  },
)

it('takes what is cleared for transparent, unless the next frame covers all of it', () => {
  expect(readImageHeader(sampleGif({ disposal: 2 }))).toMatchObject({ hasAlpha: false })
  expect(readImageHeader(sampleGif({ disposal: 2, frames: 2 }))).toMatchObject({ hasAlpha: false })
  const narrowed = (disposal: number) => {
    const bytes = sampleGif({ disposal, frames: 2 })
    bytes[bytes.lastIndexOf(0x2c) + 5] = 1 // the last frame's width
    return readImageHeader(bytes)
  }
  expect(narrowed(2)).toMatchObject({ hasAlpha: true })
  expect(narrowed(1)).toMatchObject({ hasAlpha: false })
})

it.each([
  ['empty', { width: 0, height: 0, at: [0, 0, 30, 20] }, { width: 30, height: 20, hasAlpha: false }],
  ['too small', { width: 20, height: 10, at: [0, 0, 30, 20] }, { width: 30, height: 20, hasAlpha: false }],
  ['too small, off its corner', { width: 0, height: 10, at: [5, 0, 30, 10] }, { width: 35, hasAlpha: true }],
] as const)('lets the first frame enlarge a screen that is %s', (_, of, header) => {
  expect(readImageHeader(sampleGif(of))).toMatchObject(header)
})

it('refuses a first frame that is too large, and a picture without any size', () => {
  expect(readImageHeader(sampleGif({ width: 0, height: 0, at: [0, 0, 12_000, 1] }))).not.toBeNull()
  expect(() => readImageHeader(sampleGif({ width: 0, height: 0, at: [0, 0, 12_001, 1] }))).toThrow(
    '12001x1 px',
  )
  expect(() => readImageHeader(sampleGif({ width: 0, height: 0 }))).toThrow('its size is 0x0 px')
})
