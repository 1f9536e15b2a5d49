import {
  type Format,
  type FormatClass,
  type OutputFormat,
  type PictureOutput,
  programOfOptions,
  type ResolvedOptions,
} from '@tintype/core'
import { expect, it } from 'vitest'
import { chooseOutputFormat } from './choose-output-format.ts'

const outputOf = (options: ResolvedOptions, keeper?: 'remote') =>
  programOfOptions(options, keeper).output as PictureOutput
const AUTO = outputOf({})
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
  expect(chooseOutputFormat({ format, hasAlpha }, AUTO, formatClass, SMALL, () => true)).toEqual({
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
  const choice = chooseOutputFormat(opaque, AUTO, 'avif', { width, height: 10 }, () => true)
  expect(choice?.format ?? null).toBe(format)
  expect(choice?.warnings ?? null).toEqual(warnings)
})

it('gives up what the memory does not allow, down to nothing', () => {
  const choose = (
    affordable: readonly OutputFormat[],
    source = opaque as { format: Format; hasAlpha: boolean },
  ) => chooseOutputFormat(source, AUTO, 'avif', SMALL, (format) => affordable.includes(format))
  expect(choose(['jpeg', 'png'])).toEqual({
    format: 'jpeg',
    warnings: ['image too large for AVIF', 'image too large for WebP'],
  })
  expect(choose(['jpeg'], { format: 'png', hasAlpha: false })?.format).toBe('jpeg')
  expect(choose(['jpeg'], { format: 'png', hasAlpha: true })).toBeNull() // never flattened without being asked
})

it('falls back from an AVIF that was asked for at its own limit, not at that of format=auto', () => {
  const choose = (side: number, affordable: readonly OutputFormat[] = ['avif', 'webp', 'jpeg']) =>
    chooseOutputFormat(
      ...([opaque, outputOf({ format: 'avif' }), 'base', { width: side, height: 10 }] as const),
      (format) => affordable.includes(format),
    )
  expect(choose(1201)).toEqual({ format: 'avif', warnings: [] })
  expect(choose(16_384)).toEqual({ format: 'avif', warnings: [] })
  expect(choose(16_385)).toBeNull()
  expect(choose(100, ['webp'])).toEqual({ format: 'webp', warnings: ['image too large for AVIF'] })
  expect(choose(100, ['jpeg'])?.format).toBe('jpeg')
})

// Spec transforms §5.1 and §5.2: the format that is named, and compression=fast.
it.each<[ResolvedOptions, Format, boolean, OutputFormat]>([
  [{ format: 'jpeg' }, 'png', true, 'jpeg'],
  [{ format: 'png' }, 'jpeg', false, 'jpeg'],
  [{ format: 'png' }, 'png', false, 'png'],
  [{ format: 'png' }, 'webp', true, 'png'],
  [{ format: 'png-force' }, 'jpeg', false, 'png'],
  [{ format: 'webp' }, 'jpeg', false, 'webp'],
  [{ compression: 'fast' }, 'jpeg', false, 'jpeg'],
  [{ compression: 'fast' }, 'png', false, 'jpeg'],
  [{ compression: 'fast' }, 'png', true, 'png'],
  [{ compression: 'fast', format: 'avif' }, 'png', false, 'jpeg'],
  [{ compression: 'fast', format: 'webp' }, 'png', true, 'webp'],
  [{ compression: 'fast', format: 'png-force' }, 'jpeg', false, 'png'],
])('%j of %s (alpha: %s) leaves as %s for every client', (options, format, hasAlpha, expected) => {
  for (const formatClass of ['avif', 'webp', 'base'] as const) {
    const choice = chooseOutputFormat({ format, hasAlpha }, outputOf(options), formatClass, SMALL, () => true)
    expect(choice).toEqual({ format: expected, warnings: [] })
  }
})

it.each<[Format, boolean, OutputFormat]>([
  ['png', false, 'jpeg'],
  ['webp', false, 'jpeg'],
  ['webp', true, 'png'],
])('a remote %s (alpha: %s) leaves as %s when nobody names a format', (format, hasAlpha, expected) => {
  const choice = chooseOutputFormat({ format, hasAlpha }, outputOf({}, 'remote'), 'avif', SMALL, () => true)
  expect(choice?.format).toBe(expected)
})
