import { ApiError } from './errors.ts'
import { formatHex } from './format-hex.ts'

/** Who may see an image: anyone, or only holders of a signed URL. */
export type Access = 'public' | 'private'

const MAX_CUSTOM_ID_CHARACTERS = 1024
const UUID_SHAPE = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const GENERATED_SHAPE = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{10}0[01]$/
/** Words that the REST routes claim in the first position after `images/v1/`. */
const RESERVED_FIRST_SEGMENTS: ReadonlySet<string> = new Set([
  'keys',
  'variants',
  'stats',
  'config',
  'batch_token',
  'direct_upload',
])
// Built from escapes on purpose: C0, DEL and C1 controls never belong in a name, and CR/LF could split a header.
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f]/
const LONE_SURROGATE = /\p{Surrogate}/u

/**
 * A new image id: 16 bytes printed like a UUID, of which the last is the access flag (00 public, 01 private),
 * so that delivery can refuse before any look-up. The first byte is the image's bucket.
 *
 *     byte  0        1 … 14      15
 *           bucket   random      access flag
 *
 * @param random at least 15 unpredictable bytes
 * Rule: docs/parity.md#generated-ids.
 */
export function formatGeneratedId(random: Uint8Array, access: Access): string {
  if (random.length < 15) throw new RangeError('formatGeneratedId needs 15 random bytes')
  const hex = formatHex(Uint8Array.of(...random.subarray(0, 15), access === 'private' ? 1 : 0))
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** True for the ids that {@link formatGeneratedId} makes; a custom id never has that shape. */
export const isGeneratedId = (id: string): boolean => GENERATED_SHAPE.test(id)

/** The access that a generated id states about itself; null for a custom id, whose access is kept with the image. */
export function accessOfId(id: string): Access | null {
  if (!isGeneratedId(id)) return null
  return id.endsWith('1') ? 'private' : 'public'
}

/** The same generated id under another access flag. */
export const withAccess = (generatedId: string, access: Access): string =>
  generatedId.slice(0, -1) + (access === 'private' ? '1' : '0')

/**
 * Check a custom id that a caller chose.
 * @returns the id, unchanged
 * @throws ApiError `badRequest` naming what is wrong with it
 * Rule: docs/parity.md#custom-ids.
 */
export function parseCustomId(id: string): string {
  const refuse = (why: string): never => {
    throw new ApiError('badRequest', `the id ${why}`)
  }
  if (id.length === 0) refuse('must not be empty')
  if ([...id].length > MAX_CUSTOM_ID_CHARACTERS)
    refuse(`is longer than ${MAX_CUSTOM_ID_CHARACTERS} characters`)
  if (CONTROL_CHARACTERS.test(id)) refuse('must not contain control characters')
  if (LONE_SURROGATE.test(id)) refuse('must be valid Unicode')
  if (UUID_SHAPE.test(id)) refuse('must not be a UUID')
  if (id.startsWith('/') || id.endsWith('/')) refuse('must not begin or end with "/"')
  const segments = id.split('/')
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..')) {
    refuse('must not contain empty, "." or ".." path segments')
  }
  if (RESERVED_FIRST_SEGMENTS.has(segments[0] as string)) refuse(`must not begin with "${segments[0]}"`)
  if (segments.length > 1 && segments.at(-1) === 'blob') refuse('must not end with "/blob"')
  return id
}

/** Images of an account are spread over this many buckets; each has a purge log of its own at the edge. */
export const BUCKETS = 256

/** The bucket of an image, 0–255: the first byte of a generated id, a hash byte of a custom one. */
export function bucketOf(id: string): number {
  if (isGeneratedId(id)) return Number.parseInt(id.slice(0, 2), 16)
  let hash = 0x811c9dc5 // FNV-1a over UTF-8: short, stable, and spreads what differs in its last character only
  for (const byte of new TextEncoder().encode(id)) hash = Math.imul(hash ^ byte, 0x01000193)
  return (hash ^ (hash >>> 8) ^ (hash >>> 16) ^ (hash >>> 24)) & 0xff
}

/** An image id as a URL path: every segment percent-encoded, `/` kept. */
export const encodeIdForPath = (id: string): string => id.split('/').map(encodeURIComponent).join('/')
