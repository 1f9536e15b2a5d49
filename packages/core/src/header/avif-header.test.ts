import { expect, it } from 'vitest'
import { createHeaderReader, readImageHeader } from './image-header.ts'
import { bytesOf, sampleAvif, uint } from './sample-pictures.ts'

it.each([
  [[], 1],
  [[['irot', 1]], 8],
  [[['irot', 2]], 3],
  [[['irot', 3]], 6],
  [[['imir', 0]], 4],
  [[['imir', 1]], 2],
  // biome-ignore format: one case a line
  [[['irot', 1], ['imir', 1]], 7],
  // biome-ignore format: one case a line
  [[['imir', 1], ['irot', 1]], 5],
] as const)('turns and mirrors in their order: %j is orientation %i', (operations, orientation) => {
  expect(readImageHeader(sampleAvif({ operations }))).toMatchObject({ width: 20, height: 10, orientation })
})

it('reads alpha, and the sequence brand', () => {
  expect(readImageHeader(sampleAvif({ hasAlpha: true }))?.hasAlpha).toBe(true)
  expect(readImageHeader(sampleAvif({ brands: 'avisavifmif1' }))?.animated).toBe(true)
})

it('takes the size of the primary item, not of another', () => {
  expect(readImageHeader(sampleAvif({ width: 33, height: 44 }))).toMatchObject({ width: 33, height: 44 })
})

it('reads a description of 256 KiB, and refuses a longer one before it comes', () => {
  const fixed = sampleAvif().length
  const honest = 256 * 1024 - (fixed - 28 - 8 - 38)
  expect(readImageHeader(sampleAvif({ padding: honest }))).toMatchObject({ width: 20 })
  const reader = createHeaderReader(new Set(['avif']))
  const start = sampleAvif().subarray(0, 28)
  expect(() => reader.push(bytesOf(start, uint(8 + 256 * 1024 + 1, 4), 'meta'))).toThrow('more than 256 KiB')
})

it('does not wait for ever in a box that lasts to the end of the file', () => {
  const reader = createHeaderReader(new Set(['avif']))
  reader.push(bytesOf(sampleAvif().subarray(0, 28), uint(0, 4), 'mdat', new Uint8Array(99)))
  expect(() => reader.finish()).toThrow('the file ends before the image does')
})

it.each([
  ['its iloc box is missing', 'iloc'],
  ['its pitm box is missing', 'pitm'],
  ['its iprp box is missing', 'iprp'],
  ['its ipma box is missing', 'ipma'],
  ['its ipco box is missing', 'ipco'],
  ['it does not give its size', 'ispe'],
])('refuses: %s', (reason, type) => {
  const renamed = new TextDecoder('latin1').decode(sampleAvif()).replaceAll(type, 'free')
  expect(() => readImageHeader(bytesOf(renamed))).toThrow(reason)
})

it('refuses a box that is longer than the one around it', () => {
  const file = sampleAvif()
  const at = new TextDecoder('latin1').decode(file).indexOf('ipco') - 4
  file.set(uint(4000, 4), at)
  expect(() => readImageHeader(file)).toThrow('damaged AVIF: a box is cut short')
})

it('does not loop over parts that take no bytes', () => {
  const file = sampleAvif()
  const at = new TextDecoder('latin1').decode(file).indexOf('iloc') + 4
  file.set([0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 7, 0, 0, 0xff, 0xff], at) // field sizes of 0, 65535 items and parts
  expect(() => readImageHeader(file)).toThrow('an item has more parts than are listed')
})
