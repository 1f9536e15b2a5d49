/**
 * What `origin-auth: share-publicly` passes on to the source, and nothing else ever is. Whoever sets it accepts that results
 * lie in a public cache. Rule: docs/parity.md#source-requests.
 */
const SHARED_HEADERS = [
  'authorization',
  'cookie',
  'x-amz-content-sha256',
  'x-amz-date',
  'x-ms-date',
  'x-ms-version',
  'x-sa-date',
  'cf-access-client-id',
  'cf-access-client-secret',
] as const

/** The headers of a request that its source may see besides those that every source sees. */
export function credentialsOf(
  headers: Headers,
  originAuth: 'share-publicly' | undefined,
): Readonly<Record<string, string>> {
  if (originAuth !== 'share-publicly') return {}
  const given = SHARED_HEADERS.map((name) => [name, headers.get(name)] as const)
  return Object.fromEntries(given.filter((pair): pair is [(typeof pair)[0], string] => pair[1] !== null))
}

/** Whether a request comes from somebody who is transforming a picture already. @param via its `via` header */
export const isTransformRequest = (via: string | null): boolean =>
  via?.toLowerCase().includes('image-resizing') ?? false
