import { damagedSvg } from './svg-faults.ts'

/** Drawing programs define a dozen, each the address of a namespace. */
const MAX_ENTITIES = 200
const MAX_ENTITY_CHARACTERS = 2000
/** All that entities may be replaced by, characters. */
const MAX_EXPANSION = 200_000

const XML_ENTITIES = { amp: '&', gt: '>', lt: '<', quot: '"', apos: "'" } as const
const NAME_CHARACTER = /[^\s"'<>&%;]/
const isSpace = (character: string | undefined): boolean =>
  character === ' ' || character === '\t' || character === '\n' || character === '\r'

/**
 * The entities of a document type declaration whose value is plain text; nothing outside is read for them, and values
 * with markup or references in them are left out, so that no entity grows through another. Who refers to one that is
 * not here has a malformed document.
 * @param doctype what stands between `<!DOCTYPE` and `>`
 * @returns a table for the parser; it throws ApiError `decodingFailed` once it was asked for too much
 */
export function readEntities(doctype: string): Record<string, string> {
  const entities: Record<string, string> = Object.assign(Object.create(null), XML_ENTITIES)
  let spent = 0
  let count = 0
  for (const [name, value] of declarations(doctype)) {
    if (Object.hasOwn(entities, name)) continue // the first one counts (XML 1.0, 4.2)
    count += 1
    if (count > MAX_ENTITIES) throw damagedSvg('it declares too many entities')
    Object.defineProperty(entities, name, {
      get() {
        spent += value.length
        if (spent > MAX_EXPANSION) throw damagedSvg('its entities are too long')
        return value
      },
    })
  }
  return entities
}

/** `<!ENTITY name "value">`, found by one walk over the text; comments and other declarations are passed over. */
function* declarations(text: string): Generator<readonly [name: string, value: string]> {
  let at = text.indexOf('[')
  if (at < 0) return
  while (at < text.length) {
    at = text.indexOf('<!', at)
    if (at < 0) return
    if (text.startsWith('<!--', at)) {
      const end = text.indexOf('-->', at + 4)
      at = end < 0 ? text.length : end + 3
    } else if (text.startsWith('<!ENTITY', at)) {
      const { name, value, end } = readDeclaration(text, at + '<!ENTITY'.length)
      at = end
      if (name !== '' && value !== null && value.length <= MAX_ENTITY_CHARACTERS && !/[&<%]/.test(value)) {
        yield [name, value]
      }
    } else at += 2
  }
}

/** Name, white space, and a quoted value; any other form has no value. */
function readDeclaration(
  text: string,
  from: number,
): { readonly name: string; readonly value: string | null; readonly end: number } {
  const skipSpace = (at: number): number => {
    let next = at
    while (isSpace(text[next])) next += 1
    return next
  }
  const start = skipSpace(from)
  let at = start
  while (at < text.length && NAME_CHARACTER.test(text[at] as string)) at += 1
  const name = text.slice(start, at)
  at = skipSpace(at)
  const quote = text[at]
  if (quote !== '"' && quote !== "'") return { name, value: null, end: Math.max(at, from) }
  const end = text.indexOf(quote, at + 1)
  if (end < 0) return { name, value: null, end: text.length }
  const isWhole = text[skipSpace(end + 1)] === '>'
  return { name, value: isWhole ? text.slice(at + 1, end) : null, end: end + 1 }
}
