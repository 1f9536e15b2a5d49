import { expect, it } from 'vitest'
import { parseContentDisposition } from './content-disposition.ts'

it.each<[string, string, string | null]>([
  ['form-data; name="file"; filename="a.png"', 'file', 'a.png'],
  ['form-data; name="file"; filename="写真 ☃ 😀.png"', 'file', '写真 ☃ 😀.png'],
  ['form-data; name=file; filename=a.png', 'file', 'a.png'],
  ['form-data; filename="a;b=c.png"; name="file"', 'file', 'a;b=c.png'],
  ['form-data; name="say %22hi%22"', 'say "hi"', null],
  ['form-data; name="say \\"hi\\" \\\\ there"', 'say "hi" \\ there', null],
  ['form-data; name="file"; filename="C:\\fake\\a.png"', 'file', 'C:\\fake\\a.png'],
  ['form-data; name="file"; filename="x"; filename*=UTF-8\'\'%E2%98%83.png', 'file', '☃.png'],
  ['form-data; name="file"; filename="x"; filename*=UTF-8\'\'%ff', 'file', 'x'],
  ['form-data; name="file"; filename=""', 'file', ''],
  ['form-data; name="a"; name="b"', 'a', null],
  ['form-data', '', null],
  ['', '', null],
])('%s', (header, name, filename) => {
  expect(parseContentDisposition(header)).toEqual({ name, filename })
})
