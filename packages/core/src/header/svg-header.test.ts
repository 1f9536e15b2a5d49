import { describe, expect, it } from 'vitest'
import type { Format } from '../formats.ts'
import { createHeaderReader } from './image-header.ts'

const ACCEPTED: ReadonlySet<Format> = new Set(['svg'])
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

function wide(text: string, isLittle: boolean, hasMark: boolean): Uint8Array {
  const marked = hasMark ? `\ufeff${text}` : text
  const bytes = new Uint8Array(marked.length * 2)
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < marked.length; i++) view.setUint16(i * 2, marked.charCodeAt(i), isLittle)
  return bytes
}

/** Size of a file, read in pieces of so many bytes; null while it is not known. */
function sizeOf(file: string | Uint8Array, pieceBytes = 1): readonly [number, number] | null {
  const bytes = typeof file === 'string' ? bytesOf(file) : file
  const reader = createHeaderReader(ACCEPTED)
  for (let at = 0; at < bytes.length; at += pieceBytes) reader.push(bytes.subarray(at, at + pieceBytes))
  return reader.header === null ? null : [reader.header.width, reader.header.height]
}

describe('size of a drawing', () => {
  it.each<[string, readonly [number, number]]>([
    ['width="30" height="20"', [30, 20]],
    [`width='30px' height = "20PX"`, [30, 20]],
    ['width="1in" height="2.54cm"', [96, 96]],
    ['width="72pt" height="25.4mm"', [96, 96]],
    ['width="1e2" height="10.6"', [100, 11]],
    ['viewBox="0 0 40 20"', [40, 20]],
    ['viewBox="-5,-5,40,20" width="80"', [80, 40]],
    ['viewBox="0 0 40 20" height="80"', [160, 80]],
    ['viewBox="0 0 40 20" width="100%" height="100%"', [40, 20]],
    ['viewBox="0 0 40 20" width="8" height="8"', [8, 8]],
    ['', [300, 150]],
    ['width="100%"', [300, 150]],
    ['width="60"', [60, 150]],
    ['width="-1" height="0"', [300, 150]],
    ['width="calc(1px)" height="&h;"', [300, 150]],
    ['viewBox="0 0 0 5"', [300, 150]],
    ['viewBox="0 0 1e308 1e308"', [300, 150]],
    ['width="0.2" height="0.2"', [1, 1]],
    ['width="24000" height="6000"', [12_000, 3000]],
    ['width="32767" height="32767"', [10_000, 10_000]],
    ['data-width="9" x="1>2" width="30" height="20"', [30, 20]],
  ])('<svg %s>: %j', (attributes, size) => {
    expect(sizeOf(`<svg ${attributes}>`)).toEqual(size)
    expect(sizeOf(`<svg ${attributes}/>`, 4096)).toEqual(size)
  })
  it.each([
    '<?xml version="1.0"?><!-- > <svg width="1"> --><!DOCTYPE svg PUBLIC "a>b" \'[\' [<!ENTITY a "<svg>"><!-- ]> -->]>\n<x:svg xmlns:x="a" ',
    '\ufeff<svg\n',
  ])('what stands before it does not matter: %s', (start) => {
    expect(sizeOf(`${start} width="30" height="20">`)).toEqual([30, 20])
  })
  it.each([
    [true, true],
    [false, true],
    [true, false],
    [false, false],
  ])('UTF-16, little end first: %s, with a mark: %s', (isLittle, hasMark) => {
    const text = '<?xml version="1.0" encoding="UTF-16"?><!-- ☃ --><svg width="30" height="20">'
    expect(sizeOf(wide(text, isLittle, hasMark))).toEqual([30, 20])
    expect(sizeOf(wide(text, isLittle, hasMark), 4096)).toEqual([30, 20])
  })
  it('is not known before the tag ends', () => {
    expect(sizeOf('<svg width="30" height="20"')).toBeNull()
  })
})

it('whether the rest is well-formed, a header does not say', () => {
  const reader = createHeaderReader(ACCEPTED)
  reader.push(bytesOf('<svg width="1" height="1"><g>'))
  expect(reader.finishUnlessCut().missesEnd).toBe(true)
  expect(() => reader.finish()).toThrow('the file ends before the image does')
})
it('a root that does not end is given up', () => {
  const reader = createHeaderReader(ACCEPTED)
  expect(() => reader.push(bytesOf(`<svg a="${'x'.repeat(70_000)}`))).toThrow('comes too late')
})
