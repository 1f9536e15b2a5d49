import { ApiError, type ErrorKind } from '../errors.ts'
import {
  findOption,
  findSpelling,
  OPTION_NAMES,
  type OptionName,
  type Options,
  type OptionsOf,
  optionRow,
  type Surface,
  typeOn,
} from './option-table.ts'
import { Refused, type ValueType } from './value-type.ts'

/** Longer lists are no honest request: every option once, with its longest value, takes less. */
const MAX_LIST_CHARACTERS = 8192

/**
 * Whose fault it is, and what becomes of a value that cannot be read: URLs are typed and assembled by people and
 * templates, so it is dropped with a warning; whoever stores a variant or calls an interface is told.
 */
const SURFACES = {
  url: { name: 'URL', error: 'invalidOptions', dropsUnreadable: true },
  object: { name: 'call', error: 'invalidOptions', dropsUnreadable: false },
  overlay: { name: 'picture that is drawn', error: 'invalidOptions', dropsUnreadable: false },
  variant: { name: 'variant', error: 'badRequest', dropsUnreadable: false },
} as const satisfies Record<Surface, { name: string; error: ErrorKind; dropsUnreadable: boolean }>

export interface ParsedOptions<S extends Surface> {
  readonly options: OptionsOf<S>
  /** What was dropped, in whole phrases. Unknown names are dropped without a word. */
  readonly warnings: readonly string[]
}

type Read = (type: ValueType<unknown>) => unknown | Refused

/**
 * The option list of a delivery URL, such as `w=400,blur=5`: split at literal commas, then each value percent-decoded.
 * Of several spellings of one option the long name wins, of equal ones the first.
 * @throws ApiError `invalidOptions` for a value out of range, an option that is not built, broken percent-encoding, or a
 *   list in which nothing is left
 * Rule: docs/parity.md#options.
 */
export function parseUrlOptions(list: string): ParsedOptions<'url'> {
  if (list.length > MAX_LIST_CHARACTERS) throw new ApiError('invalidOptions', 'the list is too long')
  const entries = list.split(',').map((pair): readonly [string, string] => {
    const equals = pair.indexOf('=')
    return equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)]
  })
  const parsed = collect(
    'url',
    joinParts(entries).map(([name, texts]) => [name, (type) => type.fromText(texts())]),
  )
  if (Object.keys(parsed.options).length === 0) {
    throw new ApiError('invalidOptions', 'the list has no option that can be read')
  }
  return parsed
}

/**
 * Parts that stand under names of their own (`trim.left=20`) become one entry with what stands under the bare name.
 * @returns names with their text, which is decoded when it is asked for
 */
function joinParts(entries: readonly (readonly [string, string])[]): (readonly [string, () => string])[] {
  const joined: (readonly [string, () => string])[] = []
  const parts = new Map<OptionName, Map<string | null, () => string>>()
  for (const [name, text] of entries) {
    const found = findSpelling(name)
    const read = () => decodeValue(name, text)
    if (found === null || optionRow(found.name).parts === undefined) {
      joined.push([name, read])
      continue
    }
    const known = parts.get(found.name) ?? new Map<string | null, () => string>()
    parts.set(found.name, known)
    if (!known.has(found.part)) known.set(found.part, read)
  }
  for (const [name, known] of parts) {
    const bare = known.get(null)
    known.delete(null)
    joined.push([
      name,
      () =>
        [
          ...(bare === undefined ? [] : [bare()]),
          ...[...known].map(([part, read]) => `${part}:${read()}`),
        ].join(';'),
    ])
  }
  return joined
}

function decodeValue(name: string, text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new ApiError('invalidOptions', `"${shown(name)}" is not valid percent-encoded UTF-8`)
  }
}

/** A caller passes on what stood in a query, so text stands for a value as it does in a URL. A variant is written once. */
const readGiven =
  (surface: Surface, value: unknown): Read =>
  (type) => {
    const taken = type.fromValue(value)
    const isText = taken instanceof Refused && typeof value === 'string' && surface !== 'variant'
    return isText ? type.fromText(value) : taken
  }

/**
 * Options in object form. `null` and `undefined` count as absent.
 * @throws ApiError `invalidOptions`, or `badRequest` for a variant, naming the option
 */
export const parseOptions = <S extends Exclude<Surface, 'url'>>(
  surface: S,
  given: Readonly<Record<string, unknown>>,
): OptionsOf<S> =>
  collect(
    surface,
    Object.entries(given)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([name, value]) => [name, readGiven(surface, value)]),
  ).options

function collect<S extends Surface>(
  surface: S,
  entries: readonly (readonly [string, Read])[],
): ParsedOptions<S> {
  const { error, dropsUnreadable } = SURFACES[surface]
  const chosen = new Map<OptionName, { readonly spelling: string; readonly read: Read }>()
  for (const [spelling, read] of entries) {
    const name = findOption(spelling)
    if (name === null) continue
    if (typeOn(name, surface) === null) throw new ApiError(error, describeAbsence(name, surface))
    const before = chosen.get(name)
    if (before === undefined || (spelling === name && before.spelling !== name))
      chosen.set(name, { spelling, read })
  }

  const values: Partial<Record<OptionName, unknown>> = {}
  const warnings: string[] = []
  for (const name of OPTION_NAMES) {
    const entry = chosen.get(name)
    const type = typeOn(name, surface)
    if (entry === undefined || type === null) continue
    const value = entry.read(type)
    if (!(value instanceof Refused)) values[name] = value
    else if (dropsUnreadable && value.reason === 'unreadable') warnings.push(`${name} is not ${type.expects}`)
    else throw new ApiError(error, describeRefusal(name, type, value))
  }
  return { options: values as OptionsOf<S>, warnings }
}

const describeRefusal = (name: OptionName, { expects }: ValueType<unknown>, { detail }: Refused): string =>
  `the option "${name}" has an invalid value: ${detail ?? `it must be ${expects}`}`

/** An option that exists and cannot be had here. It is never dropped: it may be what was to hide something. */
const describeAbsence = (name: OptionName, surface: Surface): string =>
  `the option "${name}" cannot be given in a ${SURFACES[surface].name}`

/** Somebody's text inside an error: short, and without what would break a header. */
const shown = (text: string): string => text.slice(0, 40).replace(/[^\w-]/g, '?')

/**
 * The canonical list of what a URL can say: long names in the table's order, each value as its type writes it, encoded where a URL needs it.
 * `parseUrlOptions` reads it back as the same options.
 */
export const formatUrlOptions = (options: Options): string =>
  OPTION_NAMES.filter((name) => options[name as keyof Options] !== undefined && typeOn(name, 'url') !== null)
    .map((name) => {
      const text = optionRow(name).type.toText(options[name as keyof Options])
      return `${name}=${encodeURIComponent(text)}`
    })
    .join(',')
