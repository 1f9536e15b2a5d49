/** What may be embedded as a `data:` address: pictures without scripts, and fonts. */
const PICTURE = /^data:image\/(?:png|jpeg|jpg|gif|webp|avif);base64,/i
const FONT =
  /^data:(?:font\/(?:woff2?|ttf|otf|sfnt)|application\/(?:x-)?font-(?:woff2?|ttf|otf|sfnt));base64,/i
/** Longer than any beginning that is looked for. */
const BEGINNING_CHARACTERS = 64

/** The name that `#name` means in the same document; null for an address of anything else. */
export function parseFragment(address: string): string | null {
  const trimmed = address.trim()
  return trimmed.startsWith('#') ? trimmed.slice(1) : null
}

/** Whether an address contains a PNG, JPEG, GIF, WebP or AVIF, as base64. */
export const isEmbeddedPicture = (address: string): boolean =>
  isEmbedded(address, PICTURE.exec(beginningOf(address)))

/** Whether an address contains a font, as base64. */
export const isEmbeddedFont = (address: string): boolean =>
  isEmbedded(address, FONT.exec(beginningOf(address)))

const beginningOf = (address: string): string => address.slice(0, BEGINNING_CHARACTERS)

function isEmbedded(address: string, beginning: RegExpExecArray | null): boolean {
  if (beginning === null) return false
  for (let i = beginning[0].length; i < address.length; i++)
    if (!isBase64(address.charCodeAt(i))) return false
  return true
}

/** Letters, digits, `+`, `/`, `=`, and the white space that breaks lines. */
const isBase64 = (code: number): boolean =>
  (code >= 0x61 && code <= 0x7a) ||
  (code >= 0x41 && code <= 0x5a) ||
  (code >= 0x2f && code <= 0x39) ||
  code === 0x2b ||
  code === 0x3d ||
  code === 0x20 ||
  code === 0x0a ||
  code === 0x0d ||
  code === 0x09
