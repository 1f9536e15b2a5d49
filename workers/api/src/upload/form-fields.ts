import { ApiError, type JsonObject } from '@tintype/core'

export const MAX_METADATA_BYTES = 1024
export const MAX_CREATOR_CHARACTERS = 1024
const MAX_METADATA_DEPTH = 10
/** Fields are held before anything is known of the caller's ticket: together they stay small. */
const MAX_FIELDS_CHARACTERS = 256 * 1024
const INHERITED_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])
const BRACKETS = /^metadata((?:\[[^[\]]*\])+)$/

const FIELD_NAMES: ReadonlySet<string> = new Set([
  ...['id', 'metadata', 'requireSignedURLs', 'creator', 'expiry', 'url'],
])

/** True for the name of a field that means something, `metadata[a][b]` included. */
export const isFieldName = (name: string): boolean => FIELD_NAMES.has(name) || bracketPath(name) !== null

type Mutable = { [key: string]: unknown }

/** `metadata[a][b][]` → `['a', 'b', '']`; null for any other field name. */
function bracketPath(field: string): string[] | null {
  const match = BRACKETS.exec(field)
  return match === null ? null : (match[1] as string).slice(1, -1).split('][')
}

const refuse = (why: string): never => {
  throw new ApiError('badRequest', why)
}

/** Put one bracket field where its path says; `[]` appends. Leaves stay text: 1 and "1" look the same on the wire. */
function assign(root: Mutable, path: readonly string[], value: string): void {
  if (path.length > MAX_METADATA_DEPTH) refuse('"metadata" is nested too deeply')
  let node: Mutable = root
  path.forEach((key, i) => {
    if (INHERITED_NAMES.has(key)) refuse(`"metadata" may not have a key "${key}"`)
    const isLast = i === path.length - 1
    const isList = Array.isArray(node)
    if ((key === '') !== isList) refuse('"metadata" has fields that contradict each other')
    if (isLast) {
      if (isList) (node as unknown as unknown[]).push(value)
      else if (Object.hasOwn(node, key)) refuse('"metadata" has fields that contradict each other')
      else node[key] = value
      return
    }
    const child: unknown = path[i + 1] === '' ? [] : {}
    if (isList) {
      ;(node as unknown as unknown[]).push(child)
      node = child as Mutable
      return
    }
    if (!Object.hasOwn(node, key)) node[key] = child
    const next = node[key]
    if (typeof next !== 'object' || next === null) refuse('"metadata" has fields that contradict each other')
    node = next as Mutable
  })
}

function refuseInheritedNames(value: unknown, depth = 0): void {
  if (typeof value !== 'object' || value === null) return
  if (depth > MAX_METADATA_DEPTH) refuse('"metadata" is nested too deeply')
  for (const [key, child] of Object.entries(value)) {
    if (INHERITED_NAMES.has(key)) refuse(`"metadata" may not have a key "${key}"`)
    refuseInheritedNames(child, depth + 1)
  }
}

function parseJsonMetadata(text: string): JsonObject {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    refuse('"metadata" is not valid JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    refuse('"metadata" must be a JSON object')
  return value as JsonObject
}

/**
 * Metadata from an object. @returns null when it is empty
 * @throws ApiError `badRequest` when it is over 1,024 bytes of JSON, too deep, or has a reserved key
 */
export function checkMetadata(metadata: JsonObject): JsonObject | null {
  refuseInheritedNames(metadata)
  if (new TextEncoder().encode(JSON.stringify(metadata)).length > MAX_METADATA_BYTES) {
    refuse(`"metadata" is over ${MAX_METADATA_BYTES} bytes`)
  }
  return Object.keys(metadata).length === 0 ? null : metadata
}

/** Collects the text fields of an upload form, in any order. Unknown fields are ignored: widgets add their own. */
export interface FormFields {
  add(name: string, value: string): void
  /** The first value of a field, or null. */
  text(name: string): string | null
  /** One JSON field, bracket fields, or both; JSON wins where they meet. null when empty. */
  metadata(): JsonObject | null
  /** `true`, `false`, `1` or `0` in any case. @throws ApiError `badRequest` */
  flag(name: string): boolean
  creator(): string | null
}

export function createFormFields(): FormFields {
  const values = new Map<string, string>()
  const bracketed: Mutable = {}
  let characters = 0
  return {
    add(name, value) {
      characters += name.length + value.length
      if (characters > MAX_FIELDS_CHARACTERS)
        refuse(`the text fields are over ${MAX_FIELDS_CHARACTERS} characters together`)
      const path = bracketPath(name)
      if (path !== null) assign(bracketed, path, value)
      else if (!values.has(name)) values.set(name, value)
    },
    text: (name) => values.get(name) ?? null,
    metadata() {
      const json = values.get('metadata')
      return checkMetadata({
        ...bracketed,
        ...(json === undefined || json === '' ? {} : parseJsonMetadata(json)),
      })
    },
    flag(name) {
      const value = values.get(name)?.trim().toLowerCase() ?? 'false'
      if (value === 'true' || value === '1') return true
      if (value === 'false' || value === '0' || value === '') return false
      return refuse(`"${name}" must be true or false`)
    },
    creator() {
      const creator = values.get('creator') ?? ''
      if ([...creator].length > MAX_CREATOR_CHARACTERS)
        refuse(`"creator" is over ${MAX_CREATOR_CHARACTERS} characters`)
      return creator === '' ? null : creator
    },
  }
}
