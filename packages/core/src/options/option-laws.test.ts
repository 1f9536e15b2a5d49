import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ClientHints, NO_HINTS, parseClientHints, resolveHints } from '../client-hints.ts'
import { ApiError } from '../errors.ts'
import { formatProgram } from '../program/format-program.ts'
import { programOfOptions } from '../program/program-of-options.ts'
import { OPTION_NAMES, type OptionName, type Options, optionRow, typeOn } from './option-table.ts'
import { formatUrlOptions, parseOptions, parseUrlOptions } from './parse-options.ts'
import { offeredOn, optionsOn, TEXTS, takenOf } from './sample-options.ts'

/* Laws of the whole table: a row that is added is under them, with values that its own schema describes. */

const keyOf = (options: Options, client: Partial<ClientHints> = {}): string =>
  formatProgram(programOfOptions(resolveHints(options, { ...NO_HINTS, ...client }).options))
const shuffled = <T>(items: readonly T[], seed: number): T[] =>
  items
    .map((item, i) => ({ item, at: Math.sin(seed + i * 7.31) }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)

describe('whatever options are given', () => {
  it('a URL is written canonically, and read back as the same options', () => {
    fc.assert(
      fc.property(optionsOn('url'), (options) => {
        if (Object.keys(options).length === 0) return
        expect(parseUrlOptions(formatUrlOptions(options))).toEqual({ options, warnings: [] })
      }),
      { numRuns: 500 },
    )
  })

  it.each(['object', 'variant'] as const)('an %s keeps what it took, through JSON too', (surface) => {
    fc.assert(
      fc.property(optionsOn(surface), (options) => {
        expect(parseOptions(surface, JSON.parse(JSON.stringify(options)))).toEqual(options)
      }),
      { numRuns: 300 },
    )
  })

  it('their order never matters, and a URL means what an object means', () => {
    fc.assert(
      fc.property(optionsOn('url'), fc.integer(), (options, seed) => {
        if (Object.keys(options).length === 0) return
        const list = shuffled(formatUrlOptions(options).split(','), seed).join(',')
        const object = Object.fromEntries(
          shuffled(Object.entries(options), seed).filter(([name]) => typeOn(name as OptionName, 'object')),
        )
        expect(keyOf(parseUrlOptions(list).options)).toBe(keyOf(options))
        expect(keyOf(parseOptions('object', object))).toBe(keyOf(options))
      }),
      { numRuns: 500 },
    )
  })

  it('short names mean what long ones mean', () => {
    for (const name of offeredOn('url')) {
      for (const alias of optionRow(name).aliases) {
        fc.assert(
          fc.property(takenOf(name, 'url'), (value) => {
            const list = formatUrlOptions({ [name]: value } as Options)
            expect(parseUrlOptions(list.replace(name, alias)).options).toEqual({ [name]: value })
          }),
          { numRuns: 20 },
        )
      }
    }
  })
})

/** What is expected of an option: where it matters, and which of its values mean the same there. */
interface Matter {
  readonly given: Options
  readonly client?: Partial<ClientHints>
  /** What the value means, undefined for an absent option; absent: every value means something else. */
  readonly meaning?: (value: never) => unknown
}
const BOX = { width: 40, height: 30 } as const
const CUT = { ...BOX, fit: 'cover' } as const
const NOTHING = 'it is no part of a program'
const factor = { given: {}, meaning: (value?: number) => value || 1 } satisfies Matter
const amount = { given: {}, meaning: (value = 0) => value } satisfies Matter
type Trim = NonNullable<Options['trim']>
/** One row per option: one that is missing does not compile. */
const MATTERS: Record<OptionName, Matter | typeof NOTHING> = {
  trim: {
    given: {},
    meaning: (value?: Trim) => {
      const { width, height, border, ...sides } = value ?? {}
      const { top = 0, left = 0, right = 0, bottom = 0 } = sides
      const sought =
        border === undefined ? null : { tolerance: 10, keep: 0, ...(border === true ? {} : border) }
      return [top, left, width ?? -right, height ?? -bottom, sought]
    },
  },
  fit: { given: BOX, meaning: (value = 'scale-down') => value },
  width: { given: {}, meaning: (value?: Options['width']) => (value === 'auto' ? 1200 : value) },
  height: { given: {} },
  dpr: {
    given: { width: 12_000 },
    meaning: (value = 1) => Math.max(1, Math.round(12_000 * Math.min(value, 2))),
  },
  wbreakpoints: {
    given: { width: 'auto' },
    client: { viewportWidth: 500 },
    meaning: (value = '320;768;960;1200') => {
      const widths = value.split(';').map(Number)
      const wide = widths.filter((width) => width >= 500)
      return wide.length > 0 ? Math.min(...wide) : Math.max(...widths)
    },
  },
  wmobile: { given: { width: 'auto' }, client: { device: 'mobile' }, meaning: (value = 768) => value },
  wdesktop: { given: { width: 'auto' }, meaning: (value = 1200) => value },
  upscale: { given: { width: 40, fit: 'contain' }, meaning: (value = 'interpolate') => value },
  gravity: { given: CUT, meaning: (value: unknown = 'center') => value },
  zoom: { given: { ...CUT, gravity: 'face' }, meaning: (value = 0) => value },
  format: { given: {}, meaning: (value = 'auto') => value },
  quality: { given: {} },
  'slow-connection-quality': { given: {}, client: { isSlow: true } },
  compression: { given: {} },
  anim: { given: {}, meaning: (value = true) => value },
  metadata: { given: {}, meaning: (value = 'copyright') => value },
  flip: { given: {} },
  rotate: { given: {}, meaning: (value = 0) => value % 360 },
  segment: { given: {} },
  background: { given: {} },
  border: {
    given: {},
    meaning: (value?: NonNullable<Options['border']>) => {
      const { color: _, ...sides } = value ?? { color: '' }
      return Object.values(sides).some((px) => px > 0) ? value : null
    },
  },
  brightness: factor,
  contrast: factor,
  gamma: factor,
  saturation: { given: {}, meaning: (value = 1) => value },
  blur: amount,
  sharpen: amount,
  draw: { given: {}, meaning: (value: readonly unknown[] = []) => value },
  browser_ttl: NOTHING,
  onerror: NOTHING,
  'origin-auth': NOTHING,
}

describe('two requests share a key only where they ask for the same', () => {
  const rows = OPTION_NAMES.flatMap((name) => {
    const matter = MATTERS[name]
    const surface = (['object', 'url', 'variant'] as const).find((candidate) => typeOn(name, candidate))
    return matter === NOTHING || surface === undefined ? [] : [[name, matter, surface] as const]
  })
  it.each(rows)('%s', (name, { given, client, meaning }, surface) => {
    const meaningOf = (value: unknown) =>
      JSON.stringify(meaning === undefined ? value : meaning(value as never))
    const values = fc.oneof({ weight: 9, arbitrary: takenOf(name, surface) }, fc.constant(undefined))
    const keyWith = (value: unknown) => {
      const { [name as keyof Options]: _, ...others } = given
      return keyOf(value === undefined ? others : { ...others, [name]: value }, client)
    }
    fc.assert(
      fc.property(values, values, (one, other) => {
        expect(keyWith(one) === keyWith(other), `${JSON.stringify(one)} and ${JSON.stringify(other)}`).toBe(
          meaningOf(one) === meaningOf(other),
        )
      }),
      { numRuns: 200 },
    )
  })

  it.each(OPTION_NAMES.filter((name) => MATTERS[name] === NOTHING))('%s is in no key', (name) => {
    const surface = (['object', 'url', 'variant'] as const).find((candidate) => typeOn(name, candidate))
    if (surface === undefined) return // nobody can give it
    fc.assert(
      fc.property(takenOf(name, surface), (value) => {
        expect(keyOf({ ...BOX, [name]: value } as Options)).toBe(keyOf(BOX))
      }),
    )
  })
})

describe('what nobody meant', () => {
  const names = fc.oneof(
    fc.constantFrom(...OPTION_NAMES.flatMap((name) => [name, ...optionRow(name).aliases])),
    fc.string({ maxLength: 12 }),
    fc.constantFrom('__proto__', 'constructor', 'trim.left', 'trim.border.color', 'toString'),
  )
  const refusalOf = (read: () => unknown) => {
    try {
      read()
      return null
    } catch (error) {
      return error
    }
  }

  it.each(['object', 'variant', 'overlay'] as const)(
    'in an %s is refused as what it is, or taken',
    (surface) => {
      const values = fc.oneof(fc.jsonValue(), fc.anything({ withBigInt: true, withDate: true }))
      fc.assert(
        fc.property(fc.dictionary(names, values, { maxKeys: 8 }), (given) => {
          const error = refusalOf(() => keyOf(parseOptions(surface as 'object', given)))
          if (error !== null) expect(error).toBeInstanceOf(ApiError)
        }),
        { numRuns: 1000 },
      )
    },
  )

  it('in a URL is refused as what it is, or taken', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.string({ unit: fc.constantFrom(...'0123456789.;x%-:auto,#'), maxLength: 24 }),
      fc.constantFrom(...TEXTS, 'auto', '1e9', '-0', '%', '%ff', '999999999999'),
    )
    const lists = fc
      .array(fc.tuple(names, texts), { maxLength: 8 })
      .map((pairs) => pairs.map(([name, text]) => `${name}=${text}`).join(','))
    fc.assert(
      fc.property(lists, (list) => {
        const error = refusalOf(() => keyOf(parseUrlOptions(list).options))
        if (error !== null) expect(error).toMatchObject({ kind: 'invalidOptions' })
      }),
      { numRuns: 2000 },
    )
  })

  it('in headers is no hint, and what is chosen is always a width and a quality', () => {
    const texts = fc.oneof(fc.string({ maxLength: 30 }), fc.integer().map(String), fc.double().map(String))
    fc.assert(
      fc.property(optionsOn('url'), fc.array(texts, { minLength: 9, maxLength: 9 }), (options, values) => {
        const headers = ['sec-ch-viewport-width', 'viewport-width', 'sec-ch-width', 'width', 'user-agent']
        headers.push('rtt', 'save-data', 'ect', 'downlink')
        const client = parseClientHints((name) => values[headers.indexOf(name)] ?? null)
        const { width = 1, quality = 1 } = resolveHints(options, client).options
        expect(Number.isInteger(width) && width >= 1 && width <= 12_000).toBe(true)
        expect(Number.isInteger(quality) && quality >= 1 && quality <= 100).toBe(true)
      }),
    )
  })
})
