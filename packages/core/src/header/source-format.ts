import type { StoredFormat } from '../image.ts'

/** What a picture can come as: whatever may be stored. It can leave as fewer: HEIC is never written. */
export type SourceFormat = StoredFormat

/** How each format is called: to people (`name`), in `Content-Type` (`mime`), in file names (`extension`, no dot). */
export const FORMATS = {
  jpeg: { name: 'JPEG', mime: 'image/jpeg', extension: 'jpg' },
  png: { name: 'PNG', mime: 'image/png', extension: 'png' },
  webp: { name: 'WebP', mime: 'image/webp', extension: 'webp' },
  avif: { name: 'AVIF', mime: 'image/avif', extension: 'avif' },
  gif: { name: 'GIF', mime: 'image/gif', extension: 'gif' },
  svg: { name: 'SVG', mime: 'image/svg+xml', extension: 'svg' },
  heic: { name: 'HEIC', mime: 'image/heic', extension: 'heic' },
} as const satisfies Record<SourceFormat, { name: string; mime: string; extension: string }>
