import { FONT_FILES } from '../../build/built-in-font.ts'

let unpacked: readonly Uint8Array[] | null = null

/** The files of the built-in font, Noto Sans (OFL-1.1): Latin, Greek, Cyrillic. 120 kB, unpacked once. */
export function builtInFonts(): readonly Uint8Array[] {
  unpacked ??= FONT_FILES.map((file) => Uint8Array.from(atob(file), (letter) => letter.charCodeAt(0)))
  return unpacked
}
