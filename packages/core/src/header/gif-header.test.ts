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

it('refuses a file without a frame, and bytes that are no block', () => {
  expect(() => readImageHeader(sampleGif({ frames: 0 }))).toThrow('it holds no frame')
  expect(() => readImageHeader(bytesOf(sampleGif().subarray(0, 25), 0x99))).toThrow('a block is no block')
})
