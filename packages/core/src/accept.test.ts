import { expect, it } from 'vitest'
import { isNamed, negotiateFormat } from './accept.ts'

it.each([
  [null, 'base'],
  ['', 'base'],
  ['*/*', 'base'],
  ['image/*', 'base'],
  ['image/avif', 'avif'],
  ['image/webp', 'webp'],
  ['image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8', 'avif'],
  ['image/webp,image/avif', 'avif'],
  ['image/webp;q=1.0, image/avif;q=0.1', 'avif'],
  ['text/html,application/xhtml+xml,image/webp,*/*;q=0.8', 'webp'],
  ['IMAGE/WebP ; Q=0.5', 'webp'],
  ['image/avif;q=0, image/webp', 'webp'],
  ['image/avif;q=0.000,image/webp;q=0.0', 'base'],
  ['image/avif;q=0.001', 'avif'],
  ['image/avif;q=0.', 'base'],
  ['image/avif;q=1.', 'avif'],
  ['image/avif;q=2', 'base'],
  ['image/avif;q=-1', 'base'],
  ['image/avif;q=abc', 'base'],
  ['image/avif;q', 'base'],
  ['image/avif;q=', 'base'],
  ['image/avif;v=1;q=0', 'base'],
  ['image/avif;v="a,b;q=0";q=0.4', 'avif'],
  ['text/plain;v="image/avif, image/webp"', 'base'],
  ['text/plain;v="\\", image/avif"', 'base'],
  ['text/plain;v="open, image/avif', 'base'],
  ['image/avifx, ximage/webp, image /webp', 'base'],
  [',,;;,=,image/webp;,', 'webp'],
])('%j gives %s', (header, expected) => {
  expect(negotiateFormat(header)).toBe(expected)
})

it('reads no more than 4096 characters, and no half entry', () => {
  expect(negotiateFormat(`${'a/b,'.repeat(1_000)}image/webp`)).toBe('webp')
  expect(negotiateFormat(`${'a/b,'.repeat(1_025)}image/webp`)).toBe('base')
  expect(negotiateFormat(`${'a/b,'.repeat(1_020)}image/webp;q=0.000`.padEnd(4_097))).toBe('base')
  expect(negotiateFormat('x'.repeat(1_000_000))).toBe('base')
})

it('tells about one media type, whatever else is named', () => {
  expect(isNamed('image/avif, image/webp;q=0.1', 'image/webp')).toBe(true)
  expect(isNamed('image/avif, image/webp;q=0', 'image/webp')).toBe(false)
  expect(isNamed(null, 'image/webp')).toBe(false)
})
