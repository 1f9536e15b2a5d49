import { isBlank, nameOf, readTokens, TOKEN, type Token, type Tokens } from './css-tokens.ts'
import { formatValue } from './css-value.ts'

/** At-rules that hold rules. Of the others only `@font-face` stays; `@import` above all does not. */
const GROUPS: ReadonlySet<string> = new Set(['media', 'supports', 'keyframes', '-webkit-keyframes'])
const MAX_DEPTH = 8
/** Properties that ran scripts in browsers of old. */
const RUNNING: ReadonlySet<string> = new Set(['behavior', '-moz-binding'])

const REFUSED_IN_PRELUDE: ReadonlySet<number> = new Set([
  TOKEN.Url,
  TOKEN.BadUrl,
  TOKEN.BadString,
  TOKEN.AtKeyword,
  TOKEN.Semicolon,
  TOKEN.CDO,
  TOKEN.CDC,
  TOKEN.LeftCurlyBracket,
  TOKEN.RightCurlyBracket,
])

/**
 * A style sheet, written anew: rules and declarations that fetch nothing, name nothing outside the document, and hold
 * no nested rules. Comments go. Sanitising it again changes nothing.
 * @throws ApiError `decodingFailed` for more than can be read
 */
export function sanitiseStyleSheet(css: string): string {
  const tokens = readTokens(css)
  return formatRules(tokens, 0, tokens.list.length, 0)
}

/** The declarations of a style attribute, written anew. @throws as {@link sanitiseStyleSheet} */
export function sanitiseDeclarations(css: string): string {
  const tokens = readTokens(css)
  return formatDeclarations(tokens, 0, tokens.list.length)
}

function formatRules(tokens: Tokens, from: number, to: number, depth: number): string {
  const { list, closings } = tokens
  let text = ''
  for (let at = from; at < to; ) {
    const token = list[at] as Token
    if (isBlank(token) || token.type === TOKEN.CDO || token.type === TOKEN.CDC) {
      at += 1
      continue
    }
    const isAtRule = token.type === TOKEN.AtKeyword
    const block = findBlock(tokens, at, to, isAtRule)
    if (block < 0) return text // nothing but a prelude is left
    if ((list[block] as Token).type === TOKEN.Semicolon) {
      at = block + 1
      continue
    }
    const closing = closings[block] as number
    const end = closing < 0 || closing >= to ? to : closing
    text += isAtRule
      ? formatAtRule(tokens, at, block, end, depth)
      : formatRule(formatPrelude(tokens, at, block), formatDeclarations(tokens, block + 1, end))
    at = end + 1
  }
  return text
}

/** Where a rule's block begins, or the semicolon that ends an at-rule; -1 where neither comes. */
function findBlock({ list, closings }: Tokens, from: number, to: number, isAtRule: boolean): number {
  for (let at = from; at < to; at++) {
    const { type } = list[at] as Token
    if (type === TOKEN.LeftCurlyBracket || (isAtRule && type === TOKEN.Semicolon)) return at
    const closing = closings[at] as number
    if (closing >= 0) at = Math.min(closing, to)
  }
  return -1
}

function formatAtRule(tokens: Tokens, at: number, block: number, end: number, depth: number): string {
  const name = nameOf(tokens.list[at] as Token)
  if (name === 'font-face') return formatRule('@font-face', formatDeclarations(tokens, block + 1, end))
  if (name === null || !GROUPS.has(name) || depth >= MAX_DEPTH) return ''
  const prelude = formatPrelude(tokens, at + 1, block)
  const rules = formatRules(tokens, block + 1, end, depth + 1)
  return prelude === null || rules === '' ? '' : `@${name} ${prelude}{${rules}}`
}

const formatRule = (prelude: string | null, declarations: string): string =>
  prelude === null || prelude === '' || declarations === '' ? '' : `${prelude}{${declarations}}`

/** Selectors, or the condition of a group; null when there is something in it that does not belong there. */
function formatPrelude({ list, closings }: Tokens, from: number, to: number): string | null {
  // Looking at the end of a text that grows would copy it each time.
  const parts: string[] = []
  for (let at = from; at < to; at++) {
    const token = list[at] as Token
    const { type } = token
    if (REFUSED_IN_PRELUDE.has(type) || (type === TOKEN.Delim && token.text === '\\')) return null
    if (type === TOKEN.Function && nameOf(token) === null) return null
    const opens =
      type === TOKEN.Function || type === TOKEN.LeftParenthesis || type === TOKEN.LeftSquareBracket
    if (opens && ((closings[at] as number) < 0 || (closings[at] as number) >= to)) return null
    if (isBlank(token)) {
      if (parts.at(-1) !== ' ') parts.push(' ')
    } else parts.push(token.text)
  }
  return parts.join('').trim()
}

function formatDeclarations(tokens: Tokens, from: number, to: number): string {
  const { list, closings } = tokens
  const declarations: string[] = []
  let start = from
  for (let at = from; at <= to; at++) {
    if (at < to && (list[at] as Token).type !== TOKEN.Semicolon) {
      const closing = closings[at] as number
      if (closing >= 0) at = Math.min(closing, to - 1)
      continue
    }
    const declaration = formatDeclaration(tokens, start, at)
    if (declaration !== null) declarations.push(declaration)
    start = at + 1
  }
  return declarations.join(';')
}

function formatDeclaration(tokens: Tokens, from: number, to: number): string | null {
  const { list } = tokens
  const skipBlanks = (at: number): number => {
    let next = at
    while (next < to && isBlank(list[next] as Token)) next += 1
    return next
  }
  const property = skipBlanks(from)
  const colon = skipBlanks(property + 1)
  if (colon >= to) return null
  const { type, text } = list[property] as Token
  if (type !== TOKEN.Ident || text.includes('\\') || RUNNING.has(text.toLowerCase())) return null
  if ((list[colon] as Token).type !== TOKEN.Colon) return null
  const value = formatValue(tokens, colon + 1, to)
  return value === null || value === '' ? null : `${text}:${value}`
}
