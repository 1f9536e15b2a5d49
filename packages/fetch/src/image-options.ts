import type {
  RequestInitCfPropertiesImage,
  RequestInitCfPropertiesImageDraw,
} from '@cloudflare/workers-types'

/** A line of text drawn onto the picture: as large as its letters, without `width` and `height`. */
export interface TextOverlay extends Omit<RequestInitCfPropertiesImageDraw, 'url' | 'width' | 'height'> {
  /** At most 1,000 characters. */
  readonly text: string
  /** A .ttf, .otf, .woff or .woff2 file; absent: a built-in font. */
  readonly font?: { readonly url: string }
  /** A CSS colour; absent: black. */
  readonly color?: string
  /** px; absent: 12. */
  readonly size?: number
}

/** A picture drawn onto the picture: the platform's type, with every fit. */
export type PictureOverlay = Omit<RequestInitCfPropertiesImageDraw, 'fit'> & { readonly fit?: Fit }

type Fit = RequestInitCfPropertiesImage['fit'] | 'aspect-crop'

/** Bytes drawn onto the picture: over a service binding alone, where a stream can cross. */
export type BytesOverlay = Omit<PictureOverlay, 'url'> & { readonly bytes: ReadableStream<Uint8Array> }

/**
 * What `cf.image` takes: the platform's type, what its documentation has beyond it, and numbers as text, because the
 * documented example passes its query parameters on.
 */
export type ImageOptions = Omit<
  RequestInitCfPropertiesImage,
  'width' | 'height' | 'quality' | 'fit' | 'format' | 'draw'
> & {
  readonly width?: RequestInitCfPropertiesImage['width'] | string
  readonly height?: RequestInitCfPropertiesImage['height'] | string
  readonly quality?: RequestInitCfPropertiesImage['quality'] | string
  readonly fit?: Fit | (string & {})
  /** `auto`: the best one that the `Accept` of the request names. */
  readonly format?: RequestInitCfPropertiesImage['format'] | 'auto'
  readonly draw?: readonly (PictureOverlay | TextOverlay | BytesOverlay)[]
}

/** The `cf` of a request. What is not named here has no meaning for a transformed picture and is ignored. */
export interface TransformCf {
  readonly image?: ImageOptions
  /** Names the full-size source in the cache in place of its URL; it must not say anything of the options. */
  readonly cacheKey?: string
  readonly [other: string]: unknown
}
