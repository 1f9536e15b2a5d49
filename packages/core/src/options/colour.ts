import { converter, modeHsl, modeRgb, parse, useMode } from 'culori/fn'
import { type Refused, UNREADABLE, type ValueType } from './value-type.ts'

/** Red, green, blue and alpha, 0–255 each; alpha is straight. */
export interface Rgba {
  readonly r: number
  readonly g: number
  readonly b: number
  readonly a: number
}

export const WHITE: Rgba = { r: 255, g: 255, b: 255, a: 255 }

useMode(modeRgb)
useMode(modeHsl)
const toRgb = converter('rgb')

/** Longer than any colour in these forms; what is longer is not looked at. */
const MAX_CHARACTERS = 80

/** The forms that are taken; the parser knows more of them. */
const FORMS = /^(?:#|rgba?\(|hsla?\(|[a-z]+$)/
const BARE_HEX = /^[0-9a-f]+$/

/**
 * A colour as CSS writes it: hex of 3, 4, 6 or 8 digits, names, `transparent`, `rgb()`, `rgba()`, `hsl()` and `hsla()` with
 * commas or spaces, three or four values, percentages. Values beyond their range are clamped, as browsers do.
 * @returns null for anything else
 * Rule: docs/parity.md#colours.
 */
export function parseColour(text: string): Rgba | null {
  if (text.length > MAX_CHARACTERS) return null
  const spelled = text.trim().toLowerCase()
  if (!FORMS.test(spelled) || BARE_HEX.test(spelled)) return null
  const parsed = parse(spelled)
  if (parsed === undefined || (parsed.mode !== 'rgb' && parsed.mode !== 'hsl')) return null
  const { r, g, b, alpha } = toRgb(parsed)
  return { r: toByte(r), g: toByte(g), b: toByte(b), a: toByte(alpha ?? 1) }
}

/** `none` and what was left out count as 0. */
const toByte = (fraction: number | undefined): number =>
  Math.round(Math.min(1, Math.max(0, Number.isFinite(fraction) ? (fraction as number) : 0)) * 255)

/** `#rrggbb`, with `aa` behind it where the colour is not opaque. */
export function formatColour({ r, g, b, a }: Rgba): string {
  const bytes = a === 255 ? [r, g, b] : [r, g, b, a]
  if (!bytes.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255)) {
    throw new RangeError('A colour has four bytes')
  }
  return `#${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
}

/** A colour option: any spelling comes in, `#rrggbb` or `#rrggbbaa` is kept. */
export function colour(): ValueType<string> {
  const read = (value: unknown): string | Refused => {
    const parsed = typeof value === 'string' ? parseColour(value) : null
    return parsed === null ? UNREADABLE : formatColour(parsed)
  }
  return {
    fromText: read,
    fromValue: read,
    toText: (value) => value,
    expects: 'a CSS colour: hex, a name, rgb(), rgba(), hsl() or hsla()',
    schema: { type: 'string', format: 'color', description: 'A CSS colour.' },
  }
}
