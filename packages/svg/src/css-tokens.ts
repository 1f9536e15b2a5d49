/// <reference path="./css-tree-tokenizer.d.ts" />
import { tokenize, tokenTypes } from 'css-tree/tokenizer'
import { damagedSvg } from './svg-faults.ts'

export const TOKEN = tokenTypes

export interface Token {
  readonly type: number
  readonly text: string
}

/** Tokens of a piece of CSS, and for each bracket where its partner is. */
export interface Tokens {
  readonly list: readonly Token[]
  /** For an opening bracket the index of its closing one; -1 where there is none, and for everything else. */
  readonly closings: Int32Array
}

/** A style sheet of more is refused: every token is an object while it is read. */
const MAX_TOKENS = 100_000

const PARTNERS: ReadonlyMap<number, number> = new Map([
  [TOKEN.Function, TOKEN.RightParenthesis],
  [TOKEN.LeftParenthesis, TOKEN.RightParenthesis],
  [TOKEN.LeftSquareBracket, TOKEN.RightSquareBracket],
  [TOKEN.LeftCurlyBracket, TOKEN.RightCurlyBracket],
])
const CLOSINGS: ReadonlySet<number> = new Set(PARTNERS.values())

/** @throws ApiError `decodingFailed` for more than 100,000 tokens */
export function readTokens(css: string): Tokens {
  const list: Token[] = []
  tokenize(css, (type, start, end) => {
    if (list.length >= MAX_TOKENS) throw damagedSvg('a style sheet is too long')
    list.push({ type, text: css.slice(start, end) })
  })
  return { list, closings: findClosings(list) }
}

/** A closing bracket that is not the innermost one's partner closes nothing (CSS Syntax 3, 5.4.8). */
function findClosings(list: readonly Token[]): Int32Array {
  const closings = new Int32Array(list.length).fill(-1)
  const open: { readonly at: number; readonly closing: number }[] = []
  list.forEach(({ type }, at) => {
    const closing = PARTNERS.get(type)
    if (closing !== undefined) open.push({ at, closing })
    else if (CLOSINGS.has(type) && open.at(-1)?.closing === type)
      closings[(open.pop() as { at: number }).at] = at
  })
  return closings
}

/** White space and comments, which say nothing between rules and declarations. */
export const isBlank = ({ type }: Token): boolean => type === TOKEN.WhiteSpace || type === TOKEN.Comment

/** The name of a function or an at-rule in lower case, without `(` or `@`; null where it is written with escapes. */
export function nameOf({ type, text }: Token): string | null {
  if (text.includes('\\')) return null
  return (type === TOKEN.Function ? text.slice(0, -1) : text.slice(1)).toLowerCase()
}

/** What a string token says; null where it has escapes, or no end. */
export function parseString(text: string): string | null {
  const isClosed = text.length > 1 && text.at(-1) === text[0]
  return isClosed && !text.includes('\\') ? text.slice(1, -1) : null
}
