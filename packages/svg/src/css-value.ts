import { nameOf, parseString, readTokens, TOKEN, type Token, type Tokens } from './css-tokens.ts'
import { isEmbeddedFont, isEmbeddedPicture, parseFragment } from './references.ts'

/** Functions that compute or draw. Not `image-set()`, `src()` and their like, which fetch what a string names. */
const FUNCTIONS: ReadonlySet<string> = new Set(
  `rgb rgba hsl hsla hwb lab lch oklab oklch color color-mix light-dark icc-color device-cmyk
  calc min max clamp abs sign round mod rem sin cos tan asin acos atan atan2 pow sqrt hypot log exp var env
  matrix matrix3d translate translatex translatey translatez translate3d scale scalex scaley scalez scale3d rotate
  rotatex rotatey rotatez rotate3d skew skewx skewy perspective
  blur brightness contrast drop-shadow grayscale hue-rotate invert opacity saturate sepia
  inset circle ellipse polygon path rect xywh cubic-bezier steps linear
  format tech local`.split(/\s+/),
)

const REFUSED: ReadonlySet<number> = new Set([
  TOKEN.BadString,
  TOKEN.BadUrl,
  TOKEN.AtKeyword,
  TOKEN.Semicolon,
  TOKEN.CDO,
  TOKEN.CDC,
  TOKEN.LeftCurlyBracket,
  TOKEN.RightCurlyBracket,
])
const ESCAPABLE: ReadonlySet<number> = new Set([TOKEN.Ident, TOKEN.Hash, TOKEN.Dimension, TOKEN.Delim])

const isAllowedAddress = (address: string): boolean =>
  parseFragment(address) !== null || isEmbeddedPicture(address) || isEmbeddedFont(address)

/**
 * The value of a property, written anew; null when a part of it must not stay: then all of it goes.
 * @param from first token
 * @param to   behind the last one
 */
export function formatValue({ list, closings }: Tokens, from: number, to: number): string | null {
  // Looking at the end of a text that grows would copy it each time.
  const parts: string[] = []
  let depth = 0
  for (let at = from; at < to; at++) {
    const token = list[at] as Token
    const { type } = token
    if (REFUSED.has(type) || (ESCAPABLE.has(type) && token.text.includes('\\'))) return null
    if (type === TOKEN.WhiteSpace || type === TOKEN.Comment) {
      if (parts.at(-1) !== ' ') parts.push(' ')
    } else if (type === TOKEN.Url) {
      const address = urlTokenAddress(token.text)
      if (address === null || !isAllowedAddress(address)) return null
      parts.push(formatUrl(address))
    } else if (type === TOKEN.String) {
      if (!isClosedString(token.text)) return null
      parts.push(token.text)
    } else if (type === TOKEN.Function) {
      const name = nameOf(token)
      const closing = closings[at] as number
      if (name === null || closing < 0 || closing >= to) return null
      if (name === 'url') {
        const address = quotedAddress(list.slice(at + 1, Math.min(closing, at + 5)), closing - at - 1)
        if (address === null || !isAllowedAddress(address)) return null
        parts.push(formatUrl(address))
        at = closing
      } else if (!FUNCTIONS.has(name)) return null
      else {
        parts.push(token.text)
        depth += 1
      }
    } else if (type === TOKEN.LeftParenthesis || type === TOKEN.LeftSquareBracket) {
      if ((closings[at] as number) < 0 || (closings[at] as number) >= to) return null
      parts.push(token.text)
      depth += 1
    } else if (type === TOKEN.RightParenthesis || type === TOKEN.RightSquareBracket) {
      depth -= 1
      if (depth < 0) return null
      parts.push(token.text)
    } else parts.push(token.text)
  }
  return parts.join('').trim()
}

/** The value of a presentation attribute, or of an animation, written anew; null when it must go. */
export function sanitiseValue(value: string): string | null {
  if (!/[(\\@]/.test(value)) return value
  const tokens = readSemicolonLists(value)
  const parts = tokens.map((part) => formatValue(part, 0, part.list.length))
  return parts.includes(null) ? null : parts.join(';')
}

/** Animations list values between semicolons. */
const readSemicolonLists = (value: string): Tokens[] => value.split(';').map(readTokens)

/** `url(…)` without quotes, perhaps without its end. */
function urlTokenAddress(text: string): string | null {
  if (text.includes('\\')) return null
  return text.slice(4, text.endsWith(')') ? -1 : undefined).trim()
}

/** What stands between `url(` and `)` when it is one string. */
function quotedAddress(between: readonly Token[], count: number): string | null {
  const strings = between.filter(({ type }) => type !== TOKEN.WhiteSpace)
  const [only] = strings
  if (count > 4 || strings.length !== 1 || only?.type !== TOKEN.String) return null
  return parseString(only.text)
}

/** In quotes where the address has what would end it. */
const formatUrl = (address: string): string => {
  const trimmed = address.trim()
  return /[\s"'()\\]/.test(trimmed) ? `url("${trimmed.replace(/[\s"\\]/g, '')}")` : `url(${trimmed})`
}

/** Whether a string ends with its own quote, not with an escaped one. */
function isClosedString(text: string): boolean {
  for (let i = 1; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === text[0]) return i === text.length - 1
  }
  return false
}
