import { formatHex } from './format-hex.ts'

/**
 * SHA-256 of a text in UTF-8, hexadecimal.
 * @param bytes how many of the 32 are kept, two digits each
 */
export async function hashText(text: string, bytes = 32): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return formatHex(new Uint8Array(digest, 0, bytes))
}
