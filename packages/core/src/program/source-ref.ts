import type { SourceFacts } from '../image.ts'
import type { Rgba } from '../options/colour.ts'

/** Where pixels come from. Whoever runs a program opens it; a source may be opened more than once. */
export type SourceRef =
  /** An original in the blob store, whose header was read when it came. */
  | { readonly kind: 'stored'; readonly blobKey: string; readonly facts: SourceFacts }
  /** A picture of another host; `etag` (null where it gives none) tells its versions apart. */
  | {
      readonly kind: 'remote'
      readonly url: string
      readonly etag: string | null
      /** Names the picture in place of its URL: its caller vouches that all URLs with that name show the same. */
      readonly cacheKey?: string
    }
  /** Bytes that came with the request, by their SHA-256 in hexadecimal. */
  | { readonly kind: 'part'; readonly sha256: string }
  /** A line of text to be drawn; `fontUrl` null for the built-in font. */
  | {
      readonly kind: 'text'
      readonly text: string
      readonly fontUrl: string | null
      readonly sizePx: number
      readonly colour: Rgba
    }

/** What of a source is fetched from another host: itself, or its font; null for nothing. */
export const elsewhereOf = (source: SourceRef): string | null =>
  source.kind === 'remote' ? source.url : source.kind === 'text' ? source.fontUrl : null

/**
 * What tells a source from every other one, as text. Two sources with one identity have the same pixels, so of a stored
 * original its key is enough: blobs never change.
 */
export function formatSourceIdentity(source: SourceRef): string {
  switch (source.kind) {
    case 'stored':
      return `stored(${JSON.stringify(source.blobKey)})`
    case 'remote':
      return source.cacheKey === undefined
        ? `remote(${JSON.stringify([source.url, source.etag])})`
        : `remote-key(${JSON.stringify([source.cacheKey, source.etag])})`
    case 'part':
      return `part(${JSON.stringify(source.sha256)})`
    case 'text': {
      const { text, fontUrl, sizePx, colour } = source
      return `text(${JSON.stringify([text, fontUrl, sizePx, colour.r, colour.g, colour.b, colour.a])})`
    }
  }
}
