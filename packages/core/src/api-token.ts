import { formatBase64Url } from './account-id.ts'
import { formatHex } from './format-hex.ts'
import { hashText } from './hash-text.ts'

/** What a token may do. Writing includes reading. */
export type TokenRight = 'read' | 'write'

/**
 * An API token names its account and its own row, so that it is found without an index of secrets. Whoever reads one asks first
 * whether there is such an account: the id is a claim of the caller's.
 *
 *     tt_<account id, 32 hex>_<token id, 8 hex>_<secret, 43 base64url>
 */
export interface ParsedToken {
  readonly accountId: string
  readonly tokenId: string
}

const TOKEN_SHAPE = /^tt_([0-9a-f]{32})_([0-9a-f]{8})_[A-Za-z0-9_-]{43}$/

/** null for a text that can't be one of our tokens. */
export function parseApiToken(text: string): ParsedToken | null {
  const match = TOKEN_SHAPE.exec(text)
  return match === null ? null : { accountId: match[1] as string, tokenId: match[2] as string }
}

/** @param random 36 unpredictable bytes: 4 for the token's id, 32 for its secret */
export function formatApiToken(accountId: string, random: Uint8Array): { token: string; tokenId: string } {
  if (random.length < 36) throw new RangeError('formatApiToken needs 36 random bytes')
  const tokenId = formatHex(random.subarray(0, 4))
  return { token: `tt_${accountId}_${tokenId}_${formatBase64Url(random.subarray(4, 36))}`, tokenId }
}

/** SHA-256 of a secret, hex: the only form in which it is stored. The secret's own 256 bits make salt and stretching moot. */
export const hashSecret = (secret: string): Promise<string> => hashText(secret)

/** Equality whose time depends on the lengths only. */
export function isEqualConstantTime(a: string, b: string): boolean {
  let difference = a.length ^ b.length
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i % Math.max(1, b.length))
  return difference === 0
}

/** Whether a holder of `held` may do what needs `needed`. */
export const allows = (held: TokenRight, needed: TokenRight): boolean => held === 'write' || needed === 'read'
