import { describe, expect, it } from 'vitest'
import { boundaryOf, isMultipart } from './multipart-boundary.ts'

const headers = (type: string) => new Headers({ 'content-type': type })
/** RFC 2046 §5.1.1; a space may not be the last. */
const BOUNDARY_CHARACTERS = "0aZ'()+_,-./:=?"

describe('the boundary of a form', () => {
  it.each([
    ['multipart/form-data; boundary=a/b.c', 'a/b.c'],
    ['multipart/form-data; boundary="a/b.c"', 'a/b.c'],
    ['multipart/form-data;boundary=x', 'x'],
    ['Multipart/Form-Data ;  BOUNDARY = x ', 'x'],
    ['multipart/form-data;\tboundary=x', 'x'],
    ['multipart/form-data; charset=utf-8; boundary=x', 'x'],
    ['multipart/form-data; boundary=x; charset=utf-8', 'x'],
    ['multipart/form-data; boundary="x;y"; charset=utf-8', 'x;y'],
    ['multipart/form-data; boundary="gc0 p4Jq0M2Yt08jU534c0p"', 'gc0 p4Jq0M2Yt08jU534c0p'],
    ['multipart/form-data; boundary=x;', 'x'],
    ['multipart/form-data; boundary=x; boundary=y', 'x'],
    [
      'multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW',
      '----WebKitFormBoundary7MA4YWxkTrZu0gW',
    ],
    [`multipart/form-data; boundary=${'x'.repeat(200)}`, 'x'.repeat(200)],
  ])('%s', (type, boundary) => {
    expect(boundaryOf(headers(type))).toBe(boundary)
  })
  it('may be, or hold, any character that RFC 2046 allows, quoted or not', () => {
    for (const character of BOUNDARY_CHARACTERS)
      for (const boundary of [character, `a${character}`, `${character}b`, `a${character}b`])
        for (const written of [boundary, `"${boundary}"`])
          expect(boundaryOf(headers(`multipart/form-data; boundary=${written}`))).toBe(boundary)
  })
  it.each([
    'multipart/form-data',
    'multipart/form-data;',
    'multipart/form-data; boundary',
    'multipart/form-data; boundary=',
    'multipart/form-data; boundary=""',
    'multipart/form-data; boundary="x',
    'multipart/form-data; boundary=; boundary=x',
    'multipart/form-data; boundary=ä',
    `multipart/form-data; boundary=${'x'.repeat(201)}`,
  ])('is missing in %s', (type) => {
    expect(() => boundaryOf(headers(type))).toThrow(expect.objectContaining({ kind: 'notMultipart' }))
  })
  it.each(['', 'multipart/form-dataa; boundary=x', 'multipart/mixed; boundary=x', 'application/json'])(
    'is not looked for in "%s"',
    (type) => {
      expect(isMultipart(headers(type))).toBe(false)
    },
  )
})
