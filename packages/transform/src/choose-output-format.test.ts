import type { Format, FormatClass, OutputFormat } from '@tintype/core'
import { expect, it } from 'vitest'
import { chooseOutputFormat } from './choose-output-format.ts'

const SMALL = { width: 1200, height: 900 }

// Spec transforms §5.2, the rows of still pictures.
it.each<[Format, boolean, FormatClass, OutputFormat]>([
  ['jpeg', false, 'avif', 'avif'],
  ['jpeg', false, 'webp', 'webp'],
  ['jpeg', false, 'base', 'jpeg'],
  ['png', false, 'base', 'png'],
  ['png', true, 'base', 'png'],
  ['png', true, 'avif', 'avif'],
  ['webp', false, 'base', 'jpeg'],
  ['webp', true, 'base', 'png'],
  ['avif', false, 'base', 'jpeg'],
  ['avif', true, 'base', 'png'],
  ['avif', true, 'webp', 'webp'],
  ['gif', false, 'base', 'png'],
  ['gif', true, 'webp', 'webp'],
])('%s (alpha: %s) for class %s leaves as %s', (format, hasAlpha, formatClass, expected) => {
  expect(chooseOutputFormat({ format, hasAlpha }, formatClass, SMALL, () => true)).toEqual({
    format: expected,
    warnings: [],
  })
})

const opaque = { format: 'jpeg', hasAlpha: false } as const

it.each([
  [1200, 'avif', []],
  [1201, 'webp', ['image too large for AVIF']],
  [16_384, null, null],
] as const)('offers a longest side of %i px as %s', (width, format, warnings) => {
  const choice = chooseOutputFormat(opaque, 'avif', { width, height: 10 }, () => true)
  expect(choice?.format ?? null).toBe(format)
  expect(choice?.warnings ?? null).toEqual(warnings)
})

it('gives up what the memory does not allow, down to nothing', () => {
  const choose = (
    affordable: readonly OutputFormat[],
    source = opaque as { format: Format; hasAlpha: boolean },
  ) => chooseOutputFormat(source, 'avif', SMALL, (format) => affordable.includes(format))
  expect(choose(['jpeg', 'png'])).toEqual({
    format: 'jpeg',
    warnings: ['image too large for AVIF', 'image too large for WebP'],
  })
  expect(choose(['jpeg'], { format: 'png', hasAlpha: false })?.format).toBe('jpeg')
  expect(choose(['jpeg'], { format: 'png', hasAlpha: true })).toBeNull() // never flattened without being asked
})

it('writes the one format that is asked for, or what everybody can show', () => {
  const choose = (wanted: OutputFormat, side: number) =>
    chooseOutputFormat(opaque, wanted, { width: side, height: 10 }, () => true)
  expect(choose('png', 100)).toEqual({ format: 'png', warnings: [] })
  expect(choose('avif', 1201)).toEqual({ format: 'webp', warnings: ['image too large for AVIF'] })
})
