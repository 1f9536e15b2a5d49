import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ApiError } from '../errors.ts'
import { MAX_OVERLAYS } from './draw.ts'
import { optionRow } from './option-table.ts'
import { optionsSchema } from './options-schema.ts'
import { formatUrlOptions, parseOptions, parseUrlOptions } from './parse-options.ts'

const url = 'https://example.com/logo.png'
const parse = (...draw: unknown[]) => parseOptions('object', { draw }).draw
const refusal = (given: unknown): unknown => {
  try {
    return parseOptions('object', { draw: given })
  } catch (error) {
    return error
  }
}

describe('draw', () => {
  it('keeps what it knows of each entry, normalised', () => {
    expect(
      parse(
        {
          url: 'HTTPS://Example.com/logo.png#top',
          width: 0.25,
          fit: 'contain',
          opacity: 0.8,
          bottom: 5,
          nobody: 1,
        },
        {
          text: 'Élan 🎈',
          color: 'RED',
          size: 24.5,
          font: { url: 'https://example.com/a.woff2' },
          rotate: 90,
        },
      ),
    ).toEqual([
      { url, width: 0.25, fit: 'contain', opacity: 0.8, bottom: 5 },
      {
        ...{ text: 'Élan 🎈', color: '#ff0000', size: 24.5, font: { url: 'https://example.com/a.woff2' } },
        rotate: 90,
      },
    ])
  })

  it.each([0.001, 0.5, 0.999, 1, 2, 12_000])('takes a side of %d', (width) => {
    expect(parse({ url, width, height: width })).toEqual([{ url, width, height: width }])
  })

  it.each([
    ['no list', {}, `it must be a list of at most ${MAX_OVERLAYS} objects, each with a "url" or a "text"`],
    ['no object', [url], 'entry 1: it must be an object'],
    ['nothing to draw', [{}], 'entry 1: exactly one of "url" and "text" must be given'],
    ['two things to draw', [{ url, text: 'a' }], 'entry 1: exactly one of "url" and "text" must be given'],
    ['a relative URL', [{ url: '/logo.png' }], 'entry 1: "url" has an invalid value'],
    ['another scheme', [{ url: 'data:image/png;base64,AAAA' }], 'entry 1: "url" has an invalid value'],
    ['an empty text', [{ text: '' }], 'entry 1: "text" has an invalid value'],
    ['a long text', [{ text: 'a'.repeat(1001) }], 'entry 1: "text" has an invalid value'],
    ['half a character', [{ text: '\ud83c' }], 'entry 1: "text" has an invalid value'],
    ['a font without a URL', [{ text: 'a', font: 'serif' }], 'entry 1: "font" has an invalid value'],
    ['a size of a picture', [{ url, size: 3 }], 'entry 1: "font", "color" and "size" belong to "text"'],
    ['both sides', [{ url }, { url, top: 0, bottom: 0 }], 'entry 2: "top" and "bottom" cannot both be given'],
    ['both other sides', [{ url, left: 1, right: 1 }], 'entry 1: "left" and "right" cannot both be given'],
    ['an opacity above 1', [{ url, opacity: 1.1 }], 'entry 1: "opacity" has an invalid value'],
    ['another repeat', [{ url, repeat: 'xy' }], 'entry 1: "repeat" has an invalid value'],
    ['another way of mixing', [{ url, composite: 'multiply' }], 'entry 1: "composite" has an invalid value'],
    [
      'an option out of range',
      [{ url, blur: 251 }],
      'entry 1: the option "blur" has an invalid value: it must be',
    ],
    [
      'a side of nothing',
      [{ url, width: 0 }],
      'entry 1: the option "width" has an invalid value: it must be',
    ],
    [
      'a side in between',
      [{ url, width: 1.5 }],
      'entry 1: the option "width" has an invalid value: it must be',
    ],
    [
      'a picture in a picture',
      [{ url, draw: [{ url }] }],
      'entry 1: the option "draw" cannot be given in a picture',
    ],
    ['too many', Array(MAX_OVERLAYS + 1).fill({ url }), `at most ${MAX_OVERLAYS} pictures`],
  ])('%s is refused by name', (_, given, detail) => {
    const error = refusal(given)
    expect(error).toMatchObject({ kind: 'invalidOptions' })
    expect((error as Error).message).toContain(`the option "draw" has an invalid value: ${detail}`)
  })

  it('takes as many as there may be', () => {
    expect(parse(...Array(MAX_OVERLAYS).fill({ url }))).toHaveLength(MAX_OVERLAYS)
  })

  it('cannot be given in a URL, and a stored variant has no bytes that come with a call', () => {
    expect(() => parseUrlOptions('w=1,draw=[]')).toThrow('the option "draw" cannot be given in a URL')
    const part = 'ab'.repeat(32)
    expect(parse({ part })).toEqual([{ part }])
    expect(parseOptions('variant', { draw: [{ url }] })).toEqual({ draw: [{ url }] })
    expect(() => parseOptions('variant', { draw: [{ part }] })).toThrow(
      expect.objectContaining({ kind: 'badRequest' }),
    )
    expect(formatUrlOptions({ draw: [{ url }], width: 3 })).toBe('width=3')
  })

  it('is kept as it was kept', () => {
    const { type } = optionRow('draw')
    const kept = parse({ url, width: 0.333_33, opacity: 0.5 }, { text: 'a', composite: 'xor' })
    expect(type.fromValue(kept)).toEqual(kept)
    expect(type.fromText(type.toText(kept))).toEqual(kept)
  })

  it('is described with the options of an overlay', () => {
    const items = optionsSchema('object').properties?.draw?.items
    expect(Object.keys(items?.properties ?? {})).toEqual(
      expect.arrayContaining(['url', 'text', 'top', 'opacity', 'width', 'blur', 'rotate']),
    )
    expect(items?.properties).not.toHaveProperty('part')
    expect(items?.properties).not.toHaveProperty('draw')
  })

  it('never fails but with a refusal, whatever is given', () => {
    const values = fc.oneof(fc.constant(url), fc.constant('text'), fc.double(), fc.boolean(), fc.anything())
    const keys = fc.constantFrom(
      'url',
      'text',
      'font',
      'size',
      'top',
      'width',
      'fit',
      'opacity',
      'repeat',
      '__proto__',
    )
    fc.assert(
      fc.property(
        fc.oneof(fc.anything(), fc.array(fc.dictionary(keys, values), { maxLength: 4 })),
        (given) => {
          const outcome = refusal(given)
          if (outcome instanceof Error) expect(outcome).toBeInstanceOf(ApiError)
        },
      ),
      { numRuns: 1000 },
    )
  })
})
