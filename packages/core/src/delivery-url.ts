import { ApiError } from './errors.ts'

/** How a URL says what is wanted of an image. */
export type VariantRef =
  /** Decoded once. */
  | { readonly kind: 'named'; readonly name: string }
  /** An option list, as it stands in the URL: it is split before it is decoded. A segment with a plain `=` is one. */
  | { readonly kind: 'options'; readonly list: string }

/** What a delivery URL asks for. Nothing in it has been looked up yet. */
export interface DeliveryTarget {
  readonly accountHash: string
  /** Decoded once; may contain `/`. */
  readonly imageId: string
  readonly variant: VariantRef
  /** The raw paths a signer may have signed: `/<hash>/…`, then the whole path when it has a prefix. */
  readonly signablePaths: readonly string[]
}

/** 16 random bytes as base64url. */
const ACCOUNT_HASH = /^[A-Za-z0-9_-]{22}$/
/** `/cdn-cgi/…` is an alias that only works locally or behind a rewrite: on Cloudflare it never reaches a Worker. */
export const DELIVERY_PREFIXES = ['/imagedelivery', '/cdn-cgi/imagedelivery'] as const
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f]/
const MAX_PATH_CHARACTERS = 16_384

export const isAccountHash = (text: string): boolean => ACCOUNT_HASH.test(text)

function decodeSegment(segment: string): string {
  let decoded: string
  try {
    decoded = decodeURIComponent(segment)
  } catch {
    throw new ApiError('invalidDeliveryUrl', 'the path is not valid percent-encoded UTF-8')
  }
  if (CONTROL_CHARACTERS.test(decoded))
    throw new ApiError('invalidDeliveryUrl', 'the path contains control characters')
  return decoded
}

/**
 * Split `/<account_hash>/<image_id>/<variant>`, with or without an `imagedelivery` prefix.
 * @param rawPath percent-encoded, as `URL.pathname` gives it
 * @throws ApiError `invalidDeliveryUrl` for a broken path, `unknownAccountHash` for one that can't be a hash,
 *   `noSuchPage` when there is nothing to deliver at that depth
 * Rule: docs/parity.md#delivery-urls.
 */
export function parseDeliveryUrl(rawPath: string): DeliveryTarget {
  if (rawPath.length > MAX_PATH_CHARACTERS) throw new ApiError('invalidDeliveryUrl', 'the path is too long')
  const prefix = DELIVERY_PREFIXES.find((candidate) => rawPath.startsWith(`${candidate}/`)) ?? ''
  const path = rawPath.slice(prefix.length)
  const [accountHash = '', ...rest] = path.slice(1).split('/')
  if (rest.length < 2) throw new ApiError('noSuchPage')
  if (!isAccountHash(accountHash)) throw new ApiError('unknownAccountHash')
  const last = rest.pop() as string
  const imageId = rest.map(decodeSegment).join('/')
  if (imageId === '' || last === '')
    throw new ApiError('invalidDeliveryUrl', 'the image id or the variant is empty')
  const signablePaths = prefix === '' ? [path] : [path, rawPath]
  return { accountHash, imageId, variant: parseVariantRef(last), signablePaths }
}

const parseVariantRef = (segment: string): VariantRef =>
  segment.includes('=') ? { kind: 'options', list: segment } : { kind: 'named', name: decodeSegment(segment) }
