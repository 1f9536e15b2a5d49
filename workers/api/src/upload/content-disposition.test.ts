import { describe, expect, it } from 'vitest'
import { parseContentDisposition } from './content-disposition.ts'

describe('Content-Disposition', () => {
  it.each<[string, string, string | null]>([
    ['form-data; name="file"; filename="a.png"', 'file', 'a.png'],
    ['form-data; name="file"; filename="写真 ☃ 😀.png"', 'file', '写真 ☃ 😀.png'],
    ['form-data; name=file; filename=a.png', 'file', 'a.png'],
    ['form-data; name=file; filename=my photo.png', 'file', 'my photo.png'],
    ['form-data;name = "file" ;\tfilename\t=\t"a.png" ; size=3', 'file', 'a.png'],
    ['form-data; filename="a;b=c.png"; name="file"', 'file', 'a;b=c.png'],
    ['FORM-DATA; NAME="file"; FileName="a.png"', 'file', 'a.png'],
    ['form-data; name="say %22hi%22"', 'say "hi"', null],
    ['form-data; name="%2522%0d%0A"', '%2522\r\n', null],
    ['form-data; name="say \\"hi\\" \\\\ there"', 'say "hi" \\ there', null],
    ['form-data; name="file"; filename="C:\\fake\\a.png"', 'file', 'C:\\fake\\a.png'],
    ['form-data; name="file"; filename="x"; filename*=UTF-8\'\'%E2%98%83.png', 'file', '☃.png'],
    ['form-data; name="file"; filename="x"; filename*=utf-8\'en\'it\'s.png', 'file', "it's.png"],
    ['form-data; name="file"; filename="x"; filename*=UTF-8\'\'%ff', 'file', 'x'],
    ['form-data; name="file"; filename="x"; filename*=ISO-8859-1\'\'%e9', 'file', 'x'],
    ['form-data; name="file"; filename="x"; filename*=UTF-8', 'file', 'x'],
    ['form-data; name="file"; filename=""', 'file', ''],
    ['form-data; name="a"; name="b"', 'a', null],
    ['form-data; ; =; name; name="a"', 'a', null],
    ['form-data', '', null],
    ['', '', null],
  ])('%s', (header, name, filename) => {
    expect(parseContentDisposition(header)).toEqual({ name, filename })
  })

  it.each<[string, string]>([
    ['form-data; name="file"; filename="a\\"', 'a\\'],
    ['form-data; name="file"; filename="C:\\pictures\\"', 'C:\\pictures\\'],
    ['form-data; name="file"; filename="a\\" ; size=3', 'a\\'],
    ['form-data; name="file"; filename="\\"', '\\'],
    ['form-data; name="file"; filename="a\\\\"', 'a\\'],
    ['form-data; name="file"; filename="a\\\\\\""', 'a\\"'],
  ])('keeps a backslash at the end of a value: %s', (header, filename) => {
    expect(parseContentDisposition(header)).toEqual({ name: 'file', filename })
  })

  it.each(['form-data; name="file', 'form-data; name="', `form-data; name="${'\\'.repeat(60)}`])(
    'refuses a quote that is never closed: %s',
    (header) => {
      expect(() => parseContentDisposition(header)).toThrow(/never closed/)
    },
  )
})
