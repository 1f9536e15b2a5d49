import { describe, expect, it } from 'vitest'
import { readImageHeader } from './image-header.ts'
import { bytesOf, exif, pngChunk, samplePng, uint } from './sample-pictures.ts'

const PALETTE = pngChunk('PLTE', [1, 2, 3])

it.each([
  [0, [1, 2, 4, 8, 16]],
  [2, [8, 16]],
  [3, [1, 2, 4, 8]],
  [4, [8, 16]],
  [6, [8, 16]],
  [1, []],
  [5, []],
  [7, []],
])('colour type %i exists with these depths: %j', (colourType, depths) => {
  for (const depth of [0, 1, 2, 3, 4, 8, 16, 32]) {
    const file = samplePng({ colourType, depth, before: colourType === 3 ? [PALETTE] : [] })
    if (depths.includes(depth))
      expect(readImageHeader(file)).toMatchObject({ hasAlpha: (colourType & 4) !== 0 })
    else expect(() => readImageHeader(file)).toThrow('does not exist')
  }
})

it('has alpha when a chunk says which colour is transparent', () => {
  expect(readImageHeader(samplePng({ before: [pngChunk('tRNS', [0, 1, 0, 2, 0, 3])] }))?.hasAlpha).toBe(true)
})

it('turns as eXIf says, when that stands before the pixels', () => {
  const chunk = pngChunk('eXIf', exif(6, 'little'))
  expect(readImageHeader(samplePng({ before: [chunk] }))?.orientation).toBe(6)
  expect(readImageHeader(samplePng({ after: [chunk] }))?.orientation).toBe(1)
})

it.each([
  [0, false],
  [1, false],
  [2, true],
])('takes a PNG that declares %i frames for an animation: %s', (frames, animated) => {
  const control = pngChunk('acTL', uint(frames, 4), uint(5, 4))
  const header = readImageHeader(samplePng({ before: [control] }))
  expect(header).toMatchObject({ animated, hasAlpha: animated })
  expect(header?.animation).toEqual(animated ? { frames, plays: 5, restoresPrevious: true } : undefined)
})

describe('it refuses', () => {
  const whole = samplePng()
  const changed = (at: number, ...bytes: number[]) => {
    const file = whole.slice()
    file.set(bytes, at)
    return file
  }

  it.each([
    ['the checksum of IHDR is wrong', changed(8 + 8, 0, 0, 0, 21)],
    ['compression, filter or interlace', samplePng({ interlace: 2 })],
    ['it does not start with IHDR', changed(12, 0x49, 0x44, 0x41, 0x54)],
    ['it does not start with IHDR', changed(8, 0, 0, 0, 14)],
    ["Apple's private changes", changed(12, 0x43, 0x67, 0x42, 0x49)],
    ['its palette is missing', samplePng({ colourType: 3 })],
    ['it holds no pixels', bytesOf(whole.subarray(0, 33), pngChunk('IEND'))],
    ['IHDR is no chunk that may stand there', samplePng({ before: [pngChunk('IHDR', new Uint8Array(13))] })],
    ['ABCD is no chunk that may stand there', samplePng({ before: [pngChunk('ABCD')] })],
    ['a chunk is no chunk', samplePng({ before: [pngChunk('ab1d')] })],
    ['a chunk is no chunk', bytesOf(whole.subarray(0, 33), uint(2 ** 31, 4), 'IDAT')],
  ])('%s', (reason, file) => {
    expect(() => readImageHeader(file)).toThrow(reason)
  })
})
