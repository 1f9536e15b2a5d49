import { type FormatClass, isNamed, type OutputFormat } from '@tintype/core'

/** Media types of what the render Worker may answer. */
export const MEDIA_TYPES = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  avif: 'image/avif',
} as const satisfies Record<OutputFormat, string>

/** The formats that a class asks for when nothing makes the render Worker fall back. */
export const AIMED_FORMATS = {
  avif: ['avif'],
  webp: ['webp'],
  base: ['jpeg', 'png'],
} as const satisfies Record<FormatClass, readonly OutputFormat[]>

/**
 * Whether a client can show a result that its class of clients got. Not a matter of course: where AVIF was asked for
 * and the picture is too large for it, the result is WebP, which a client that names AVIF alone does not take.
 */
export function canShow(accept: string | null, format: OutputFormat): boolean {
  if (format === 'jpeg' || format === 'png') return true
  return isNamed(accept, MEDIA_TYPES[format])
}
