import { readAvifPicture } from '@tintype/core'
import { expect, it } from 'vitest'
import { av1Start, bytesOf, sampleAvif } from '../../../core/src/header/sample-pictures.ts'
import { createMemoryMeter } from '../memory-meter.ts'
import { decodeAvifFile, readWholePicture } from './avif-decode.ts'
import { muxAvif } from './avif-mux.ts'

it('puts the parts of colours and transparency together where it says they are', () => {
  const source = readAvifPicture(sampleAvif({ hasAlpha: true }))
  if (source?.alpha == null) throw new Error('the sample has no transparency')
  const [colour, alpha] = [source.colour.tiles[0], source.alpha.tiles[0]]
  if (colour === undefined || alpha === undefined) throw new Error('the sample has no stills')
  const pieces = [av1Start(20, 10), new Uint8Array([1, 2, 3]), new Uint8Array([4, 5])]
  const file = muxAvif({
    ...{ width: 20, height: 10, columns: 1, isPremultiplied: false },
    colour: [{ still: colour, pieces }],
    alpha: [{ still: alpha, pieces: [new Uint8Array([6, 7])] }],
  })

  const picture = readAvifPicture(file)
  const dataOf = (extents: readonly { offset: number; length: number }[] = []) =>
    bytesOf(...extents.map(({ offset, length }) => file.subarray(offset, offset + length)))
  expect(dataOf(picture?.colour.tiles[0]?.extents)).toEqual(bytesOf(...pieces))
  expect(dataOf(picture?.alpha?.tiles[0]?.extents)).toEqual(bytesOf([6, 7]))
  expect(file.subarray(-2)).toEqual(bytesOf([6, 7]))
})

it('hands the decoder one container, and counts it while it is there', () => {
  const file = sampleAvif()
  const { picture, colours } = readWholePicture(file)
  const meter = createMemoryMeter()
  let muxedBytes = 0
  const data = new Uint8ClampedArray(20 * 10 * 4)
  decodeAvifFile(
    file,
    picture,
    colours,
    (bytes) => {
      muxedBytes = bytes.length
      return { width: 20, height: 10, data }
    },
    meter,
  )
  expect(meter.peakBytes()).toBe(muxedBytes)
})

it('refuses a file that is shorter than its parts before it copies any', () => {
  const file = sampleAvif()
  expect(() => readWholePicture(file)).not.toThrow()
  const huge = file.slice()
  const at = huge.findIndex((_, i) => String.fromCharCode(...huge.subarray(i, i + 4)) === 'iloc')
  huge.set([0x7f, 0xff, 0xff, 0xff], at + 4 + 4 + 4 + 10) // the length of the first item's only part
  expect(() => readWholePicture(huge)).toThrow('larger than')
})
