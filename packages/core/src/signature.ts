import { formatHex } from './format-hex.ts'

/** A signing key: `value` is the HMAC secret, used as the UTF-8 bytes of its text. */
export interface SigningKey {
  readonly name: string
  readonly value: string
}

/** Recorded behaviour of the original; `default` counts. */
export const MAX_SIGNING_KEYS = 2
/** The key every account has from the start. */
export const DEFAULT_KEY_NAME = 'default'

/** `absent`: the URL carries no `sig`. `invalid`: it carries one that proves nothing. */
export type SignatureVerdict =
  | { readonly kind: 'absent' }
  | { readonly kind: 'invalid'; readonly reason: 'malformed' | 'mismatch' | 'expired' }
  | { readonly kind: 'valid'; readonly expiresAtSeconds: number | null }

const SIGNATURE_SHAPE = /^[0-9a-f]{64}$/i
const EXPIRY_SHAPE = /^[0-9]{1,15}$/
const HMAC = { name: 'HMAC', hash: 'SHA-256' } as const
const encoder = new TextEncoder()

const importKey = (secret: string, usage: 'sign' | 'verify') =>
  crypto.subtle.importKey('raw', encoder.encode(secret), HMAC, false, [usage])

const bytesOfHex = (hex: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16))

/**
 * HMAC-SHA-256 of a message, lower-case hex, 64 characters.
 * @param message percent-encoded path, with `?` and the query (including `exp`, excluding `sig`) when there is one
 * Rule: docs/parity.md#signed-urls.
 */
export async function signMessage(message: string, secret: string): Promise<string> {
  const mac = await crypto.subtle.sign(HMAC, await importKey(secret, 'sign'), encoder.encode(message))
  return formatHex(new Uint8Array(mac))
}

/** The raw query without its `sig` pair; every other byte and the order stay. */
function withoutSignature(query: string): string {
  return query
    .split('&')
    .filter((pair) => pair !== 'sig' && !pair.startsWith('sig='))
    .join('&')
}

const valuesOf = (query: string, name: string): string[] =>
  query
    .split('&')
    .filter((pair) => pair === name || pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1))

/**
 * Judge the signature of a delivery URL.
 * @param paths the raw, percent-encoded paths any of which may have been signed
 * @param search the raw query, with or without its leading `?`
 * @param keys every active key; one that verifies is enough. Compared in constant time by WebCrypto
 * @param nowSeconds the server's clock; a URL is dead from the second `exp` names on
 * Rule: docs/parity.md#signed-urls.
 */
export async function verifySignature(
  paths: readonly string[],
  search: string,
  keys: readonly SigningKey[],
  nowSeconds: number,
): Promise<SignatureVerdict> {
  const query = search.replace(/^\?/, '')
  const [signature, ...moreSignatures] = valuesOf(query, 'sig')
  if (signature === undefined) return { kind: 'absent' }
  const [expiry, ...moreExpiries] = valuesOf(query, 'exp')
  const isWellFormed =
    moreSignatures.length === 0 &&
    moreExpiries.length === 0 &&
    SIGNATURE_SHAPE.test(signature) &&
    (expiry === undefined || EXPIRY_SHAPE.test(expiry))
  if (!isWellFormed) return { kind: 'invalid', reason: 'malformed' }

  const rest = withoutSignature(query)
  const mac = bytesOfHex(signature)
  const messages = paths.map((path) => encoder.encode(rest === '' ? path : `${path}?${rest}`))
  let isAuthentic = false
  for (const { value } of keys) {
    const key = await importKey(value, 'verify')
    for (const message of messages) {
      if (await crypto.subtle.verify(HMAC, key, mac, message)) isAuthentic = true
    }
  }
  if (!isAuthentic) return { kind: 'invalid', reason: 'mismatch' }
  const expiresAtSeconds = expiry === undefined ? null : Number(expiry)
  if (expiresAtSeconds !== null && nowSeconds >= expiresAtSeconds)
    return { kind: 'invalid', reason: 'expired' }
  return { kind: 'valid', expiresAtSeconds }
}
