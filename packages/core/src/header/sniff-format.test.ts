import { expect, it } from 'vitest'
import { bytesOf } from './sample-pictures.ts'
import { SNIFF_BYTES, sniffFormat } from './sniff-format.ts'

const SVG = '<svg xmlns="http://www.w3.org/2000/svg">'
const ftyp = (major: string, ...compatible: string[]) =>
  bytesOf([0, 0, 0, 16 + 4 * compatible.length], 'ftyp', major, [0, 0, 0, 0], ...compatible)

it.each([
  ['jpeg', bytesOf([0xff, 0xd8, 0xff, 0xe0])],
  ['png', bytesOf('\x89PNG\r\n\x1a\n')],
  ['gif', bytesOf('GIF87a')],
  ['gif', bytesOf('GIF89a')],
  ['webp', bytesOf('RIFF', [9, 9, 9, 9], 'WEBP')],
  ['webp', bytesOf('RIFF', '<svg', 'WEBP', SVG)],
  ['avif', ftyp('avif', 'mif1')],
  ['avif', ftyp('mif1', 'miaf', 'avif')],
  ['avif', ftyp('avis', 'msf1')],
  ['heic', ftyp('heic', 'mif1')],
  ['heic', ftyp('mif1', 'miaf')],
  ['svg', bytesOf(SVG)],
  ['svg', bytesOf('\xef\xbb\xbf \n<?xml version="1.0"?><!-- <html> --> \n<svg:svg >')],
  ['svg', bytesOf('<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x"><svg>')],
])('knows %s', (format, bytes) => {
  expect(sniffFormat(bytes)).toEqual({ format })
})

it.each([
  ['BMP', bytesOf('BM', [1, 2, 3])],
  ['TIFF', bytesOf('II*\0')],
  ['TIFF', bytesOf('MM\0*', [0, 0, 0, 8])],
  ['ICO', bytesOf([0, 0, 1, 0, 1, 0, 16, 16])],
  ['JPEG XL', bytesOf([0xff, 0x0a, 1, 2, 3, 4, 5, 6])],
  ['JPEG XL', bytesOf([0, 0, 0, 12], 'JXL ', [13, 10, 0x87, 10])],
  ['JPEG 2000', bytesOf([0, 0, 0, 12], 'jP  ', [13, 10, 0x87, 10])],
  ['PDF', bytesOf('%PDF-1.7')],
  ['PSD', bytesOf('8BPS', [0, 1, 0, 0])],
  ['video', ftyp('isom', 'mp41')],
  ['HTML', bytesOf('<!doctype html><svg>')],
  ['HTML', bytesOf('\n<HTML>')],
  [null, bytesOf('plain text')],
  [null, bytesOf('<feed>')],
  [null, bytesOf('< svg>')],
  [null, bytesOf([1, 2, 3, 4, 5, 6, 7, 8])],
  [null, bytesOf('RIFF', [9, 9, 9, 9], 'WAVE')],
])('knows that %s is no picture to read', (name, bytes) => {
  expect(sniffFormat(bytesOf(bytes, '        '))).toEqual({ format: null, name })
})

it('decides once, and with SNIFF_BYTES at the latest', () => {
  for (const start of [
    SVG,
    '<?xml ?><svg>',
    '<!-- ',
    '<?',
    ' ',
    '<!DOCTYPE html>',
    '\xef\xbb\xbf',
    '<a',
    'GIF89',
    'RIFF',
  ]) {
    const file = bytesOf(start, ' '.repeat(SNIFF_BYTES))
    let decided = null
    for (let length = 0; length <= SNIFF_BYTES; length += length < 60 ? 1 : 337) {
      const sniffed = sniffFormat(file.subarray(0, length))
      if (decided !== null) expect(sniffed).toEqual(decided)
      decided = sniffed
    }
    expect(sniffFormat(file.subarray(0, SNIFF_BYTES))).not.toBeNull()
  }
})

it('does not confuse a video box of 256 bytes with an ICO', () => {
  expect(sniffFormat(bytesOf([0, 0, 1, 0], 'ftypisom', new Uint8Array(244)))).toEqual({
    format: null,
    name: 'video',
  })
})
