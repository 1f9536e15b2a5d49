import { type DrawnRoutes, formatHex } from '@tintype/core'

/** SHA-256 of a text, hexadecimal: it may be long, and in any writing. */
export async function digestOf(text: string): Promise<string> {
  return formatHex(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))))
}

/** The scope of an original that things from other hosts are drawn onto: where they come from is part of it. */
export const withDrawn = async (scope: string, { key }: DrawnRoutes): Promise<string> =>
  key === '' ? scope : `${scope}/${await digestOf(key)}`
