import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { programOfOptions } from '../program/program-of-options.ts'
import { findOption, findSpelling } from './option-table.ts'
import { formatUrlOptions, parseOptions, parseUrlOptions } from './parse-options.ts'
import type { TrimValue } from './trim.ts'
import { trim } from './trim.ts'
import { Refused } from './value-type.ts'

const inUrl = (list: string) => parseUrlOptions(list).options.trim

describe('trim in a URL', () => {
  it.each<[string, TrimValue]>([
    ['trim=10;20;30;40', { top: 10, right: 20, bottom: 30, left: 40 }],
    ['trim=0;0;.25;0', { bottom: 0.25 }],
    ['trim.top=10', { top: 10 }],
    ['trim.left=0.25,trim.width=100', { left: 0.25, width: 100 }],
    ['trim.height=1', { height: 1 }],
    ['trim=border', { border: true }],
    ['trim=border,trim.border.keep=3', { border: { keep: 3 } }],
    ['trim.border.color=red,trim.border.tolerance=0', { border: { color: '#ff0000', tolerance: 0 } }],
    ['trim.border.color=rgb%28240%2C40%2C145%29', { border: { color: '#f02891' } }],
    ['trim.left=5,trim=1;2;3;4', { top: 1, right: 2, bottom: 3, left: 5 }],
    ['trim.left=5,trim.left=6', { left: 5 }],
    ['trim=1;2;3;4,trim=border', { top: 1, right: 2, bottom: 3, left: 4 }],
    ['trim=1;0;0;0,trim.border.keep=2', { top: 1, border: { keep: 2 } }],
  ])('%s', (list, value) => {
    expect(inUrl(list)).toEqual(value)
  })

  it.each([
    ['trim=1;2;3'],
    ['trim=edge'],
    ['trim='],
    ['trim.top=abc'],
    ['trim=border;1;2;3'],
    ['trim.border.color=reddish'],
    ['trim.border.tolerance=x'],
  ])('%s cannot be read: dropped, with a warning', (list) => {
    const { options, warnings } = parseUrlOptions(`${list},width=5`)
    expect([options, warnings.length]).toEqual([{ width: 5 }, 1])
  })

  it.each([
    ['trim=-1;0;0;0'],
    ['trim.top=1.5'],
    ['trim.top=12001'],
    ['trim.width=0'],
    ['trim.border.tolerance=256'],
    ['trim.border.keep=-1'],
  ])('%s is out of range', (list) => {
    expect(() => parseUrlOptions(`${list},width=5`)).toThrow(
      expect.objectContaining({ kind: 'invalidOptions' }),
    )
  })

  it('has parts that are no options of their own', () => {
    expect(findSpelling('trim.border.keep')).toEqual({ name: 'trim', part: 'border.keep' })
    expect([findOption('trim.border.keep'), findSpelling('trim.middle'), findSpelling('width.top')]).toEqual([
      null,
      null,
      null,
    ])
  })
})

describe('trim in an object', () => {
  it.each<[unknown, TrimValue]>([
    ['border', { border: true }],
    [{ border: true }, { border: true }],
    [{ border: {} }, {}],
    [{ border: { color: 'RED', keep: null } }, { border: { color: '#ff0000' } }],
    [{ top: 0, left: 0.5, width: null, border: false }, { left: 0.5 }],
    [{ right: 0.333333333 }, { right: 0.33333 }],
    ['1;0;0;0', { top: 1 }],
  ])('%j', (given, value) => {
    const expected = JSON.stringify(given) === '{"border":{}}' ? { border: true } : value
    expect(parseOptions('object', { trim: given }).trim).toEqual(expected)
  })

  it.each([
    [[1, 2, 3, 4]],
    [5],
    [{ top: '5' }],
    [{ border: 'red' }],
    [{ border: { keep: 0.5 } }],
    [{ width: 0 }],
  ])('%j is refused, never ignored', (given) => {
    expect(() => parseOptions('object', { trim: given })).toThrow(
      expect.objectContaining({ kind: 'invalidOptions' }),
    )
  })
})

describe('the canonical text', () => {
  const amount = fc.oneof(
    fc.integer({ min: 1, max: 12_000 }),
    fc.double({ min: 0.001, max: 0.999, noNaN: true }),
  )
  const any = fc
    .record(
      {
        ...{ top: amount, right: amount, bottom: amount, left: amount, width: amount, height: amount },
        border: fc.oneof(
          fc.boolean(),
          fc.record(
            {
              color: fc.constantFrom('red', '#12345678', 'transparent'),
              tolerance: fc.integer({ min: 0, max: 255 }),
              keep: fc.nat(100),
            },
            { requiredKeys: [] },
          ),
        ),
      },
      { requiredKeys: [] },
    )
    .map((given) => parseOptions('object', { trim: given }))

  it('is one, and reads back as the same value', () => {
    fc.assert(
      fc.property(any, (options) => {
        const text = formatUrlOptions(options)
        expect(parseUrlOptions(text)).toEqual({ options, warnings: [] })
        expect(formatUrlOptions(parseUrlOptions(text).options)).toBe(text)
      }),
    )
  })

  it('never fails but with a refusal, whatever stands in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const value = trim().fromText(text)
        if (!(value instanceof Refused)) expect(trim().fromText(trim().toText(value))).toEqual(value)
      }),
    )
  })
})

describe('the operations of trim', () => {
  const ops = (options: TrimValue) => programOfOptions({ trim: options }).ops
  it('cut sides first, then the border of what is left', () => {
    expect(ops({ top: 5, right: 0.5, border: { color: '#ff0000' } })).toEqual([
      {
        op: 'trim',
        ...{ top: { px: 5 }, right: { fraction: 0.5 }, bottom: { px: 0 }, left: { px: 0 } },
        ...{ width: null, height: null },
      },
      { op: 'trim-border', colour: { r: 255, g: 0, b: 0, a: 255 }, tolerance: 10, keep: 0 },
    ])
  })

  it('leave out what width and height win over, and what does nothing', () => {
    expect(ops({ right: 9, bottom: 9, width: 100, height: 0.5 })[0]).toMatchObject({
      ...{ right: { px: 0 }, bottom: { px: 0 }, width: { px: 100 }, height: { fraction: 0.5 } },
    })
    expect(ops({})).toEqual([])
  })
})
