import { describe, expect, it } from 'vitest'
import { createHeaderReader, readImageHeader } from './image-header.ts'
import {
  AV1C,
  auxC,
  av1Start,
  bytesOf,
  ispe,
  type SampleHeif,
  type SampleProperty,
  sampleAvif,
  sampleHeif,
  uint,
} from './sample-pictures.ts'

const indexOf = (file: Uint8Array, text: string) =>
  file.findIndex((_, at) => bytesOf(text).every((byte, i) => file[at + i] === byte))

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
  const honest = 256 * 1024 - (fixed - 28 - 8 - 8 - 60)
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
  ['its iinf box is missing', 'iinf'],
  ['its pitm box is missing', 'pitm'],
  ['its iprp box is missing', 'iprp'],
  ['its ipma box is missing', 'ipma'],
  ['its ipco box is missing', 'ipco'],
  ['it does not give its size', 'ispe'],
])('refuses: %s', (reason, type) => {
  const file = sampleAvif()
  for (let at = indexOf(file, type); at >= 0; at = indexOf(file, type)) file.set(bytesOf('free'), at)
  expect(() => readImageHeader(file)).toThrow(reason)
})

it('refuses a box that is longer than the one around it', () => {
  const file = sampleAvif()
  const at = indexOf(file, 'ipco') - 4
  file.set(uint(4000, 4), at)
  expect(() => readImageHeader(file)).toThrow('damaged AVIF: a box is cut short')
})

it('does not loop over parts that take no bytes', () => {
  const file = sampleAvif()
  const at = indexOf(file, 'iloc') + 4
  file.set([0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 7, 0, 0, 0xff, 0xff], at) // field sizes of 0, 65535 items and parts
  expect(() => readImageHeader(file)).toThrow('an item has more parts than are listed')
})

/** `clap` of whole pixels. */
const clap = (width: number, height: number, right = 0, down = 0) =>
  [
    'clap',
    ...[width, 1, height, 1, right, 1, down, 1].map((value) => uint(value < 0 ? value + 2 ** 32 : value, 4)),
  ] as const

it.each([
  ['alone', [clap(10, 6)], { width: 10, height: 6, orientation: 1 }],
  ['off its centre', [clap(10, 6, -5, 2)], { width: 10, height: 6, orientation: 1 }],
  ['turned after it', [clap(10, 6), ['irot', 1]], { width: 10, height: 6, orientation: 8 }],
  ['turned before it', [['irot', 1], clap(6, 10)], { width: 10, height: 6, orientation: 8 }],
  ['twice', [clap(10, 6), clap(4, 4)], { width: 4, height: 4, orientation: 1 }],
  ['of half pixels', [clap(9, 5)], { width: 8, height: 4, orientation: 1 }],
  ['larger than the picture', [clap(21, 6)], { width: 20, height: 10, orientation: 1 }],
  ['beyond the picture', [clap(10, 6, 6)], { width: 20, height: 10, orientation: 1 }],
  ['of nothing', [clap(0, 6)], { width: 20, height: 10, orientation: 1 }],
] as const)('a clean aperture %s is what is shown', (_, operations, expected) => {
  expect(readImageHeader(sampleAvif({ operations }))).toMatchObject(expected)
})

it.each([
  ['infe of version 3', { versions: { infe: 3 } }],
  ['iloc of version 1', { versions: { iloc: 1 } }],
  ['iloc of version 2', { versions: { iloc: 2 } }],
  ['ipma of version 1', { versions: { ipma: 1 } }],
  ['an ipma box for each item', { splitAssociations: true }],
  ['a description after the pixels', { isMetaLast: true }],
] as const)('reads %s', (_, more) => {
  const file = sampleAvif({ hasAlpha: true, ...more })
  expect(readImageHeader(file)).toMatchObject({ width: 20, height: 10, hasAlpha: true })
})

const still = (id: number, width: number, height: number) => ({
  id,
  properties: [ispe(width, height), AV1C],
  data: av1Start(width, height),
})
const alphaStill = (id: number, width: number, height: number) => ({
  ...still(id, width, height),
  properties: [ispe(width, height), AV1C, auxC()],
})
const grid = (width: number, height: number) => ({ id: 1, type: 'grid', properties: [ispe(width, height)] })
const readHeif = (of: SampleHeif) => {
  const reader = createHeaderReader(new Set(['avif']))
  reader.push(sampleHeif(of))
  return reader.finish()
}

it('reads a grid, whose last tiles reach beyond it', () => {
  const items = [grid(150, 70), still(2, 80, 70), still(3, 80, 70)]
  expect(readHeif({ items, references: [['dimg', 1, [2, 3]]] })).toMatchObject({ width: 150, height: 70 })
})

it('takes the alpha of each tile for the alpha of a grid', () => {
  const items = [
    grid(150, 70),
    still(2, 80, 70),
    still(3, 80, 70),
    alphaStill(4, 80, 70),
    alphaStill(5, 80, 70),
  ]
  const tiles = ['dimg', 1, [2, 3]] as const
  const read = (...alphas: (readonly [string, number, readonly number[]])[]) =>
    readHeif({ items, references: [tiles, ...alphas] }).hasAlpha
  expect(read(['auxl', 4, [2]], ['auxl', 5, [3]])).toBe(true)
  expect(read(['auxl', 4, [2]])).toBe(false)
})

it.each([
  ['urn:mpeg:mpegB:cicp:systems:auxiliary:alpha', true],
  ['urn:mpeg:hevc:2015:auxid:1', true],
  ['urn:mpeg:hevc:2015:auxid:2', false],
])('the auxiliary picture %s is alpha: %s', (kind, expected) => {
  const alpha = { ...still(2, 20, 10), properties: [ispe(20, 10), AV1C, auxC(kind)] }
  expect(readHeif({ items: [still(1, 20, 10), alpha], references: [['auxl', 2, [1]]] }).hasAlpha).toBe(
    expected,
  )
})

it('reads pixels that lie in the description', () => {
  const file = (inMeta: boolean, data: Uint8Array) =>
    readHeif({ items: [{ ...still(1, 20, 10), data, inMeta }], versions: { iloc: 1 } })
  expect(file(true, av1Start(20, 10))).toMatchObject({ width: 20, height: 10 })
  expect(() => file(true, new Uint8Array(20))).toThrow('its pixels are not AV1')
})

it.each<[string, SampleHeif]>([
  ['its pixels are not AV1', { items: [{ ...still(1, 20, 10), data: new Uint8Array(40) }] }],
  ['its pixels have another size than it says', { items: [{ ...still(1, 20, 10), data: av1Start(20, 11) }] }],
  ['a picture of the kind "iovl"', { items: [{ ...still(1, 20, 10), type: 'iovl' }] }],
  [
    'the essential property "abcd"',
    { items: [{ ...still(1, 20, 10), properties: [ispe(20, 10), AV1C, ['!abcd', [1]]] }] },
  ],
  ['its av1C box is missing', { items: [{ ...still(1, 20, 10), properties: [ispe(20, 10)] }] }],
  ['its tiles are missing', { items: [grid(150, 70), still(2, 80, 70)] }],
  ['a tile is missing', { items: [grid(150, 70), still(2, 80, 70)], references: [['dimg', 1, [2, 9]]] }],
  [
    'its tiles do not make up the picture',
    { items: [grid(150, 70), still(2, 80, 70)], references: [['dimg', 1, [2, 2, 2]]] },
  ],
  [
    'its tiles differ in size',
    { items: [grid(150, 70), still(2, 80, 70), still(3, 70, 70)], references: [['dimg', 1, [2, 3]]] },
  ],
  [
    'more than 2048 tiles',
    { items: [grid(2049, 1), still(2, 1, 1)], references: [['dimg', 1, new Array(2049).fill(2)]] },
  ],
  [
    'transparency of another size',
    { items: [still(1, 20, 10), alphaStill(2, 10, 10)], references: [['auxl', 2, [1]]] },
  ],
])('refuses: %s', (reason, of) => {
  expect(() => readHeif(of)).toThrow(reason)
})

const nclx = (matrix: number): SampleProperty => [
  'colr',
  'nclx',
  uint(1, 2),
  uint(13, 2),
  uint(matrix, 2),
  0x80,
]
/** av1C of a picture at full colour resolution, at half, and in grey. */
const av1C = (flags: number): SampleProperty => ['!av1C', [0x81, 0, flags, 0]]
const [FULL, HALF, GREY] = [av1C(0x00), av1C(0x0c), av1C(0x1c)]

it.each([
  ['RGB itself', 0, FULL],
  ['RGB itself, in grey', 0, GREY],
  ['BT.709', 1, HALF],
  ['nothing told', 2, HALF],
  ['BT.2020', 9, HALF],
  ['a number without a meaning', 40, HALF],
])('takes colours by the matrix of %s', (_, matrix, config) => {
  const picture = { ...still(1, 20, 10), properties: [ispe(20, 10), config, nclx(matrix)] }
  expect(readHeif({ items: [picture] })).toMatchObject({ width: 20 })
})

it.each([
  [0, HALF],
  [3, FULL],
  [10, FULL],
  [14, FULL],
  [17, FULL],
])('refuses colours by matrix %i, which no decoder can turn into RGB', (matrix, config) => {
  const picture = { ...still(1, 20, 10), properties: [ispe(20, 10), config, nclx(matrix)] }
  expect(() => readHeif({ items: [picture] })).toThrow(`colours by matrix ${matrix}`)
})

it('shows a picture with an unknown property that may be passed over', () => {
  const picture = { ...still(1, 20, 10), properties: [ispe(20, 10), AV1C, ['abcd', [1]] as const] }
  expect(readHeif({ items: [picture] })).toMatchObject({ width: 20 })
})

it('judges a description of the largest size in linear time', () => {
  const tiles = new Array(65_000).fill(2)
  const references = [['dimg', 1, tiles], ...new Array(9000).fill(['auxl', 3, [2]])] as const
  const items = [grid(150, 70), still(2, 80, 70), alphaStill(3, 80, 70)]
  const file = sampleHeif({ items, references: references as SampleHeif['references'] & {} })
  const startedAt = performance.now()
  expect(() => readImageHeader(file)).toThrow('more than 2048 tiles')
  expect(performance.now() - startedAt).toBeLessThan(200)
})

describe('parts of pixels', () => {
  /** A file of one picture for each list of parts (offset from the first pixel, length), over 9000 bytes of pixels; a grid's own 30 bytes come first. */
  const withParts = (
    parts: readonly (readonly [number, number])[],
    tiles: readonly number[] | null = null,
  ) => {
    const ids = tiles === null ? [1] : [2, 3]
    const stills = ids.map((id) => ({
      ...still(id, 80, 70),
      data: id === ids[0] ? bytesOf(av1Start(80, 70), new Uint8Array(9000)) : av1Start(80, 70),
      parts,
    }))
    return tiles === null
      ? readHeif({ items: stills })
      : readHeif({ items: [grid(150, 70), ...stills], references: [['dimg', 1, tiles]] })
  }

  it.each([
    [
      'one after the other',
      [
        [0, 100],
        [100, 8000],
      ],
    ],
    [
      'in any order',
      [
        [0, 100],
        [200, 8000],
        [100, 100],
      ],
    ],
    [
      'with the rest of the file',
      [
        [0, 100],
        [100, 0],
      ],
    ],
  ] as const)('are taken %s', (_, parts) => {
    expect(withParts(parts)).toMatchObject({ width: 80, height: 70 })
  })

  it.each([
    [
      'by a byte',
      [
        [0, 101],
        [100, 8000],
      ],
    ],
    ['all of them', new Array(20).fill([0, 9000])],
    [
      'with the rest of the file',
      [
        [0, 0],
        [100, 100],
      ],
    ],
    [
      'each the rest of the file',
      [
        [0, 0],
        [0, 0],
      ],
    ],
  ] as const)('are refused when they overlap: %s', (_, parts) => {
    expect(() => withParts(parts)).toThrow('parts of its pixels overlap')
  })

  it('are refused when tiles share more than small ones would', () => {
    expect(withParts([[30, 4096]], [2, 3])).toMatchObject({ width: 150, height: 70 })
    expect(() => withParts([[30, 4097]], [2, 3])).toThrow('its pixels are larger than the file')
    expect(() => withParts([[30, 9000]], [2, 3])).toThrow('its pixels are larger than the file')
    expect(() => withParts([[30, 9000]], [2, 2])).toThrow('its pixels are larger than the file')
  })

  it('are refused when they are larger than the description that they lie in', () => {
    const data = bytesOf(av1Start(20, 10), new Uint8Array(30))
    const of = (bytes: number) =>
      readHeif({
        items: [{ ...still(1, 20, 10), data, inMeta: true, parts: [[0, bytes]] }],
        versions: { iloc: 1 },
      })
    expect(of(data.length)).toMatchObject({ width: 20 })
    expect(() => of(data.length + 1)).toThrow('larger than what they lie in')
  })
})

it('refuses a configuration, and a choice of layers, longer than any', () => {
  const withProperty = (...more: [string, number[]][]) =>
    readHeif({ items: [{ ...still(1, 20, 10), properties: [ispe(20, 10), AV1C, ...more] }] })
  expect(withProperty(['a1lx', new Array(13).fill(0)])).toMatchObject({ width: 20 })
  expect(() => withProperty(['a1lx', new Array(17).fill(0)])).toThrow('its choice of layers is too long')
  const long = {
    ...still(1, 20, 10),
    properties: [ispe(20, 10), ['!av1C', new Array(8193).fill(0)] as const],
  }
  expect(() => readHeif({ items: [long] })).toThrow('its av1C box is too long')
})
