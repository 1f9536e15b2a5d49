import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findOption, OPTION_NAMES, type OptionName, type Options, optionRow, typeOn } from './option-table.ts'
import { optionsSchema } from './options-schema.ts'
import { formatUrlOptions, parseOptions, parseUrlOptions } from './parse-options.ts'
import { Refused } from './value-type.ts'

const inUrls = OPTION_NAMES.filter((name) => typeOn(name, 'url') !== null)

describe('the table', () => {
  it.each(OPTION_NAMES)(
    '%s: its example and its default are values of its type, and aliases lead to it',
    (name) => {
      const row = optionRow(name)
      expect(row.type.fromText(row.example)).not.toBeInstanceOf(Refused)
      if (row.default !== undefined) expect(row.type.fromValue(row.default)).toEqual(row.default)
      for (const spelling of [name, ...row.aliases]) expect(findOption(spelling)).toBe(name)
    },
  )

  it('gives no name twice', () => {
    const spellings = OPTION_NAMES.flatMap((name) => [name, ...optionRow(name).aliases])
    expect(new Set(spellings).size).toBe(spellings.length)
  })

  it('knows no option by a name of every object', () => {
    for (const name of ['__proto__', 'constructor', 'toString']) expect(findOption(name)).toBeNull()
  })

  it('describes the object form of what a surface takes', () => {
    const { properties = {} } = optionsSchema('variant')
    expect(properties.height).toEqual({ type: 'integer', minimum: 1, maximum: 9999 })
    expect(Object.keys(properties)).not.toContain('onerror')
  })
})

const EVEN = { top: 10, right: 10, bottom: 10, left: 10 } as const
const FRAME = { color: '#ff0000', ...EVEN } as const

describe('values', () => {
  // Each option in the spellings that text and JSON have for it, and what is kept.
  it.each<[OptionName, string, unknown, unknown]>([
    ['width', '320', 320, 320],
    ['width', '+320', 320, 320],
    ['blur', '2.5', 2.5, 2.5],
    ['blur', '2.0004', 2.0004, 2],
    ['blur', '.5', 0.5, 0.5],
    ['rotate', '90', 90, 90],
    ['fit', 'squeeze', 'squeeze', 'squeeze'],
    ['width', 'auto', 'auto', 'auto'],
    ['wbreakpoints', '960;320;960', '960;320;960', '320;960'],
    ['dpr', '1.5', 1.5, 1.5],
    ['dpr', '7', 7, 7],
    ['flip', 'hv', 'hv', 'hv'],
    ['gravity', 'face', 'face', 'face'],
    ['quality', '70', 70, 70],
    ['quality', 'low', 'low', 35],
    ['quality', 'medium-low', 'medium-low', 50],
    ['quality', 'medium-high', 'medium-high', 70],
    ['quality', 'high', 'high', 90],
    ['anim', 'false', false, false],
    ['gravity', 'entropy', 'entropy', 'entropy'],
    ['background', '#F00', '#F00', '#ff0000'],
    ['brightness', '1.2', 1.2, 1.2],
    ['contrast', '0', 0, 0],
    ['gamma', '.5', 0.5, 0.5],
    ['saturation', '2', 2, 2],
    ['sharpen', '1.5', 1.5, 1.5],
    ['border', 'red;10', { color: 'red', width: 10 }, FRAME],
    ['border', '#f00;10;10;10;10', { color: '#F00', ...EVEN }, FRAME],
    [
      'border',
      '#f00;0;0;3;0',
      { color: '#f00', bottom: 3 },
      { ...FRAME, top: 0, right: 0, bottom: 3, left: 0 },
    ],
    ['border', '#f00;10;10;3;10', { color: '#f00', width: 10, bottom: 3 }, { ...FRAME, bottom: 3 }],
    ['gravity', 'auto', 'auto', 'auto'],
    ['gravity', '0x1', { x: 0, y: 1 }, { x: 0, y: 1 }],
    ['gravity', '0x1xbox-center', { x: 0, y: 1, mode: 'box-center' }, { x: 0, y: 1, mode: 'box-center' }],
    ['gravity', '.25x0.75', { x: 0.25, y: 0.75, mode: 'remainder' }, { x: 0.25, y: 0.75 }],
  ])('%s=%s', (name, text, value, kept) => {
    expect(optionRow(name).type.fromText(text)).toEqual(kept)
    expect(optionRow(name).type.fromValue(value)).toEqual(kept)
  })

  it.each<[OptionName, string, Refused['reason']]>([
    ['width', '', 'unreadable'],
    ['width', 'abc', 'unreadable'],
    ['width', '1e3', 'unreadable'],
    ['width', '0x10', 'unreadable'],
    ['width', ' 10', 'unreadable'],
    ['width', 'Infinity', 'unreadable'],
    ['width', '0', 'out-of-range'],
    ['width', '10.5', 'out-of-range'],
    ['width', '-1', 'out-of-range'],
    ['width', '12001', 'out-of-range'],
    ['blur', '250.1', 'out-of-range'],
    ['blur', '-0.1', 'out-of-range'],
    ['rotate', '45', 'out-of-range'],
    ['brightness', '255.1', 'out-of-range'],
    ['contrast', '-1', 'out-of-range'],
    ['gamma', 'x', 'unreadable'],
    ['saturation', '256', 'out-of-range'],
    ['sharpen', '10.1', 'out-of-range'],
    ['border', 'red', 'unreadable'],
    ['border', '10', 'unreadable'],
    ['border', 'red;1;2', 'unreadable'],
    ['border', 'red;-1', 'out-of-range'],
    ['border', 'red;1.5', 'out-of-range'],
    ['fit', 'Cover', 'out-of-range'],
    ['quality', '0', 'out-of-range'],
    ['quality', '101', 'out-of-range'],
    ['quality', 'best', 'unreadable'],
    ['anim', '1', 'unreadable'],
    ['format', 'gif', 'unreadable'],
    ['background', 'reddish', 'unreadable'],
    ['gravity', '1.5x0', 'out-of-range'],
    ['gravity', '0.5', 'unreadable'],
    ['gravity', '0x0x0', 'unreadable'],
    ['gravity', 'faces', 'unreadable'],
    ['dpr', '0', 'out-of-range'],
    ['dpr', '-1', 'out-of-range'],
    ['dpr', '0.0001', 'out-of-range'],
    ['flip', 'vh', 'unreadable'],
    ['zoom', '1.1', 'out-of-range'],
    ['wbreakpoints', '', 'unreadable'],
    ['wbreakpoints', '320;', 'unreadable'],
    ['wbreakpoints', '0;320', 'out-of-range'],
    ['wbreakpoints', '12001', 'out-of-range'],
    ['wbreakpoints', Array.from({ length: 33 }, (_, i) => i + 1).join(';'), 'out-of-range'],
  ])('%s=%s is %s text', (name, text, _reason) => {
    const refused = optionRow(name).type.fromText(text)
    expect(refused).toBeInstanceOf(Refused)
    expect((refused as Refused).reason).toBe(_reason)
  })

  it.each([null, true, '320', [320], {}, Number.NaN, Number.POSITIVE_INFINITY])(
    'the object form of a number is no %j',
    (value) => {
      expect(optionRow('width').type.fromValue(value)).toBeInstanceOf(Refused)
    },
  )
})

describe('an option list of a URL', () => {
  const parse = (list: string) => parseUrlOptions(list)
  const refusal = (list: string) => {
    try {
      return parseUrlOptions(list)
    } catch (error) {
      return error
    }
  }

  it('is split at commas, then decoded, so that a colour may hold commas', () => {
    expect(parse('w=400,background=rgb%28240%2C40%2C145%29').options).toEqual({
      width: 400,
      background: '#f02891',
    })
  })

  it.each([
    ['the long name before its alias', 'w=1,width=2', { width: 2 }],
    ['the long name, wherever it stands', 'width=2,w=1', { width: 2 }],
    ['the first of equal names', 'w=1,w=2', { width: 1 }],
    ['what it knows, and no other name', 'public=undefined,w=300,__proto__=1', { width: 300 }],
  ])('takes %s', (_, list, options) => {
    expect(parse(list)).toEqual({ options, warnings: [] })
  })

  it('drops what cannot be read, and says so', () => {
    expect(parse('w=20,h=abc')).toEqual({
      options: { width: 20 },
      warnings: ['height is not a whole number from 1 to 12000'],
    })
  })

  it.each([
    ['blur=300', 'the option "blur" has an invalid value: it must be a number from 0 to 250'],
    ['w=abc', 'the list has no option that can be read'],
    ['', 'the list has no option that can be read'],
    ['w=1,origin-auth=share-publicly', 'the option "origin-auth" cannot be given in a URL'],
    ['w=1,browser_ttl=3600', 'the option "browser_ttl" cannot be given in a URL'],
    ['w=1,background=%ff', '"background" is not valid percent-encoded UTF-8'],
    [`w=1,${'x'.repeat(8192)}`, 'the list is too long'],
  ])('%s is refused', (list, detail) => {
    expect(refusal(list)).toMatchObject({
      kind: 'invalidOptions',
      message: `Invalid transformation options: ${detail}`,
    })
  })

  const texts = fc.string({ unit: 'binary', maxLength: 200 })
  it('never fails but with a refusal, whatever stands in it', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          texts,
          fc.tuple(fc.constantFrom(...inUrls), texts).map(([n, t]) => `${n}=${t}`),
        ),
        (list) => {
          const outcome = refusal(list)
          if (outcome instanceof Error) expect(outcome).toMatchObject({ kind: 'invalidOptions' })
        },
      ),
    )
  })

  /** Any options, made from values that the types themselves took. */
  const anyOptions = fc
    .record(
      {
        fit: fc.constantFrom(
          'scale-down',
          'contain',
          'cover',
          'crop',
          'aspect-crop',
          'pad',
          'squeeze',
          'scale-up',
        ),
        width: fc.integer({ min: 1, max: 12_000 }),
        height: fc.integer({ min: 1, max: 12_000 }),
        metadata: fc.constantFrom('keep', 'copyright', 'none'),
        rotate: fc.constantFrom(0, 90, 180, 270, 360),
        background: fc
          .tuple(...[0, 1, 2, 3].map(() => fc.integer({ min: 0, max: 255 })))
          .map((bytes) => `rgba(${bytes[0]} ${bytes[1]} ${bytes[2]} / ${(bytes[3] as number) / 255})`),
        blur: fc.double({ min: 0, max: 250, noNaN: true }),
        gravity: fc.oneof(
          fc.constantFrom('center', 'left', 'auto'),
          fc.record({
            x: fc.double({ min: 0, max: 1, noNaN: true }),
            y: fc.double({ min: 0, max: 1, noNaN: true }),
            mode: fc.constantFrom('remainder', 'box-center'),
          }),
        ),
      },
      { requiredKeys: [] },
    )
    .map((given) => parseOptions('object', given))

  it('is written canonically: what is read back is what was written', () => {
    fc.assert(
      fc.property(anyOptions, (options: Options) => {
        if (Object.keys(options).length === 0) return
        expect(parseUrlOptions(formatUrlOptions(options))).toEqual({ options, warnings: [] })
      }),
    )
  })

  it('means the same in any order', () => {
    fc.assert(
      fc.property(anyOptions, fc.integer(), (options: Options, turn) => {
        const pairs = formatUrlOptions(options).split(',')
        if (pairs[0] === '') return
        const cut = Math.abs(turn) % pairs.length
        const turned = [...pairs.slice(cut), ...pairs.slice(0, cut)].join(',')
        expect(formatUrlOptions(parseUrlOptions(turned).options)).toBe(formatUrlOptions(options))
      }),
    )
  })
})

describe('an object of options', () => {
  it('takes null and undefined as absent, and ignores names that nobody knows', () => {
    expect(parseOptions('object', { width: null, height: undefined, nobody: 1, blur: 3 })).toEqual({
      blur: 3,
    })
  })

  it('takes text for a value, as what stands in a query is passed on', () => {
    expect(parseOptions('object', { width: '80', fit: 'cover', gravity: '0x1' })).toEqual({
      ...{ width: 80, fit: 'cover', gravity: { x: 0, y: 1 } },
    })
    expect(() => parseOptions('variant', { width: '80' })).toThrow('width')
  })

  it.each([
    ['object', { width: 'abc' }, 'invalidOptions'],
    ['object', { width: 0 }, 'invalidOptions'],
    ['object', { onerror: 'redirect' }, 'invalidOptions'],
    ['variant', { width: 10_000 }, 'badRequest'],
    ['variant', { fit: 'stretch' }, 'badRequest'],
    ['variant', { 'slow-connection-quality': 40 }, 'badRequest'],
    ['variant', { 'origin-auth': 'share-publicly' }, 'badRequest'],
    ['object', { gravity: { x: 0.5 } }, 'invalidOptions'],
    ['object', { gravity: { x: 0.5, y: 0.5, mode: 'nearest' } }, 'invalidOptions'],
    ['object', { gravity: [0.5, 0.5] }, 'invalidOptions'],
  ] as const)('%s %j is refused, never ignored', (surface, given, kind) => {
    expect(() => parseOptions(surface, given)).toThrow(expect.objectContaining({ kind }))
  })
})
