import { describe, expect, it } from 'vitest'
import { createMultipartParser, type FormEvent } from './multipart-parser.ts'

const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0))
const textOf = (bytes: Uint8Array) => String.fromCharCode(...bytes)

/** What a form holds: fields as `name=value`, files as `name<file name>` and their bytes, one text each. */
function parse(pieces: Iterable<Uint8Array>, boundary = 'x'): { parts: string[]; isDone: boolean } {
  const parser = createMultipartParser(boundary, ({ filename }) => filename !== null)
  const parts: string[] = []
  const show = (event: FormEvent) => {
    if (event.kind === 'field') parts.push(`${event.name}=${event.value}`)
    else if (event.kind === 'file') parts.push(`${event.name}<${event.filename}>`)
    else if (event.kind === 'chunk') parts[parts.length - 1] += textOf(event.bytes)
    else parts[parts.length - 1] += '.'
  }
  for (const piece of pieces) for (const event of parser.push(piece)) show(event)
  return { parts, isDone: parser.isDone }
}
const parseText = (text: string, boundary?: string) => parse([latin1(text)], boundary)
const field = (name: string, value: string) =>
  `content-disposition: form-data; name="${name}"\r\n\r\n${value}`
const form = (...parts: string[]) => `${parts.map((part) => `--x\r\n${part}\r\n`).join('')}--x--\r\n`

/** Everything that looks like a boundary and is none, in front of real ones. */
const TRICKY = `preamble\r\n--y\r\n${form(
  field('a', 'v1'),
  'Content-Type: image/png\r\nContent-Disposition: form-data; name="f"; filename="p.png"\r\n\r\n' +
    '\x89\0\r\n-\r\n--\r\r\n--\r\n\r\n--\rx--x\r\n\n\r\n-',
  field('', ''),
  '\r\nno headers',
  field('b', '\r\n'),
)}epilogue --x\r\n`
const TRICKY_PARTS = [
  'a=v1',
  'f<p.png>\x89\0\r\n-\r\n--\r\r\n--\r\n\r\n--\rx--x\r\n\n\r\n-.',
  '=',
  '=no headers',
  'b=\r\n',
]

describe('the form parser', () => {
  it('finds the parts of a form', () => {
    expect(parseText(TRICKY)).toEqual({ parts: TRICKY_PARTS, isDone: true })
  })
  it('finds the same parts however the form is cut', () => {
    const bytes = latin1(TRICKY)
    for (let cut = 0; cut <= bytes.length; cut++) {
      for (const length of [1, 2, 3, 7]) {
        const pieces = [bytes.slice(0, cut), bytes.slice(cut, cut + length), bytes.slice(cut + length)]
        expect(parse(pieces)).toEqual({ parts: TRICKY_PARTS, isDone: true })
      }
    }
    for (const length of [1, 2, 3, 5, 8]) {
      const pieces = Array.from({ length: Math.ceil(bytes.length / length) }, (_, i) =>
        bytes.slice(i * length, (i + 1) * length),
      )
      expect(parse(pieces)).toEqual({ parts: TRICKY_PARTS, isDone: true })
    }
  })
  it('is not done before the closing boundary is', () => {
    const text = form(field('a', 'v'))
    const end = text.length - '\r\n'.length
    expect(parseText(text.slice(0, end)).isDone).toBe(true)
    expect(parseText(text.slice(0, end - 1)).isDone).toBe(false)
  })
  it.each(['a/b.c', '=_?', '----', "'()+_,-./:=?", 'two words'])('takes the boundary %s', (boundary) => {
    const text = form(field('a', 'v')).replaceAll('--x', `--${boundary}`)
    expect(parseText(text, boundary)).toEqual({ parts: ['a=v'], isDone: true })
  })
  it('passes over blanks after a boundary, as RFC 2046 lets gateways add', () => {
    expect(parseText(`--x \t\r\n${field('a', 'v')}\r\n--x--`).parts).toEqual(['a=v'])
  })
  it('takes names in any script, and header names in any case', () => {
    const bytes = new TextEncoder().encode(form('CONTENT-Disposition:form-data; name="ü☃"\r\n\r\nv'))
    expect(parse([bytes]).parts).toEqual(['ü☃=v'])
  })
  it('takes headers of 4,096 bytes and not of one more', () => {
    const head = (sizeBytes: number) => {
      const rest = `${field('a', '')}`.length + 'x-note: \r\n'.length
      return form(`x-note: ${'n'.repeat(sizeBytes - rest)}\r\n${field('a', 'v')}`)
    }
    expect(parseText(head(4096)).parts).toEqual(['a=v'])
    expect(() => parseText(head(4097))).toThrow(/headers of a part are over 4096 bytes/)
    // Refused as soon as that many came, whether or not they ever end.
    expect(() => parseText(head(16_384).slice(0, 4200))).toThrow(/4096 bytes/)
  })
  it('takes a text of 65,536 bytes and not of one more, however it is cut', () => {
    const limit = 64 * 1024
    expect(parseText(form(field('a', 'v'.repeat(limit)))).parts).toEqual([`a=${'v'.repeat(limit)}`])
    expect(() => parseText(form(field('a', 'v'.repeat(limit + 1))))).toThrow(/text field "a" is over 65536/)
    const bytes = latin1(form(field('a', '\r\n--'.repeat(limit))))
    const pieces = Array.from({ length: bytes.length / 1000 }, (_, i) =>
      bytes.slice(i * 1000, i * 1000 + 1000),
    )
    expect(() => parse(pieces)).toThrow(/65536/)
  })
  it('takes 200 parts and not one more', () => {
    const parts = (count: number) => form(...Array.from({ length: count }, () => field('a', 'v')))
    expect(parseText(parts(200)).parts).toHaveLength(200)
    expect(() => parseText(parts(201))).toThrow(/more than 200 parts/)
  })
  it.each([
    ['a boundary that goes on', `--xy\r\n${field('a', 'v')}`, /boundary is not followed/],
    ['a lone line feed after a boundary', `--x\n${field('a', 'v')}`, /boundary is not followed/],
    ['a closing boundary cut short', '--x-\r\n', /boundary is not followed/],
    ['a header without a name', form(': x\r\n\r\nv'), /no name/],
    ['a header without a colon', form('nonsense\r\n\r\nv'), /no name/],
    ['NUL in a header', form(field('a\0b', 'v')), /control characters/],
    ['a text that is not UTF-8', form(field('a', 'v\xff')), /"a" is not valid UTF-8/],
    ['a text that ends inside a character', form(field('a', 'v\xe2\x98')), /"a" is not valid UTF-8/],
    ['an open quote', form('content-disposition: form-data; name="a\r\n\r\nv'), /never closed/],
  ])('refuses %s', (_, text, why) => {
    expect(() => parseText(text)).toThrow(expect.objectContaining({ kind: 'badRequest' }))
    expect(() => parseText(text)).toThrow(why)
  })
  it('looks at each byte of a hostile body once', () => {
    const timeOf = (text: string) => {
      const bytes = latin1(text)
      const runs = Array.from({ length: 5 }, () => {
        const startedAt = performance.now()
        parse(
          [latin1(`--${'a'.repeat(70)}\r\ncontent-disposition: f; name="f"; filename="f"\r\n\r\n`), bytes],
          'a'.repeat(70),
        )
        return performance.now() - startedAt
      })
      return Math.min(...runs)
    }
    const half = `\r\n--${'a'.repeat(69)}`.repeat(500)
    timeOf(half)
    expect(timeOf(half + half)).toBeLessThan(Math.max(50, 8 * timeOf(half)))
  })
})
