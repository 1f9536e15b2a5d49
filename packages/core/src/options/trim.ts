import { colour } from './colour.ts'
import {
  flag,
  type JsonSchema,
  OUT_OF_RANGE,
  Refused,
  UNREADABLE,
  type ValueType,
  whole,
} from './value-type.ts'

/** Fields that are a number: px from 1 on, or a fraction of the side below 1. */
const SIDES = ['top', 'right', 'bottom', 'left'] as const
const AMOUNTS = [...SIDES, 'width', 'height'] as const

/** An even border that is looked for. */
export interface TrimBorder {
  /** Absent: found by the corners. */
  readonly color?: string
  /** Greatest difference of a channel. Absent: 10. */
  readonly tolerance?: number
  /** px of the border that stay. Absent: 0. */
  readonly keep?: number
}
/** What is cut off before anything else; absent sides lose nothing. */
export type TrimValue = { readonly [A in (typeof AMOUNTS)[number]]?: number } & {
  readonly border?: true | TrimBorder
}

const COLOUR = colour()
const BORDER = {
  color: COLOUR as ValueType<unknown>,
  tolerance: whole(0, 255) as ValueType<unknown>,
  keep: whole(0, 12_000) as ValueType<unknown>,
} as const
const BORDER_NAMES = ['color', 'tolerance', 'keep'] as const

/** What stands after the name of the option and a dot in a URL. */
export const TRIM_PARTS: readonly string[] = [...AMOUNTS, ...BORDER_NAMES.map((name) => `border.${name}`)]

const FRACTION_STEPS = 1e5
const PX = whole(0, 12_000)
/** A fraction is kept to a hundred-thousandth: a px of the largest side there is. */
function amount(isKept: boolean): ValueType<number> {
  const judge = (value: number | Refused): number | Refused => {
    if (value instanceof Refused) return value
    const fraction = Math.round(value * FRACTION_STEPS) / FRACTION_STEPS
    if (value > 0 && value < 1 && fraction > 0 && fraction < 1) return fraction
    return Number.isInteger(value) && value >= (isKept ? 1 : 0) && value <= 12_000 ? value : OUT_OF_RANGE
  }
  const ANY = /^[+-]?(?:\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})$/
  return {
    ...PX,
    fromText: (text) => judge(ANY.test(text) ? Number(text) : UNREADABLE),
    fromValue: (value) => judge(typeof value === 'number' && Number.isFinite(value) ? value + 0 : UNREADABLE),
    schema: { type: 'number', minimum: 0, maximum: 12_000 },
  }
}
const CUT = amount(false)
const KEPT = amount(true)
const amountOf = (name: string): ValueType<number> => (name === 'width' || name === 'height' ? KEPT : CUT)

type Given = ReadonlyMap<string, () => unknown | Refused>

/** Read what is given of all fields, named as in {@link TRIM_PARTS}; `border` alone stands for one without details. */
function build(given: Given): TrimValue | Refused {
  const refusals: Refused[] = []
  const read = (name: string): unknown => {
    const value = given.get(name)?.()
    if (!(value instanceof Refused)) return value
    refusals.push(value)
    return undefined
  }
  const amounts: Partial<Record<(typeof AMOUNTS)[number], number>> = {}
  for (const name of AMOUNTS) {
    const value = read(name) as number | undefined
    if (value !== undefined && value !== 0) amounts[name] = value
  }
  const details = Object.fromEntries(
    BORDER_NAMES.map((name) => [name, read(`border.${name}`)] as const).filter(
      ([, value]) => value !== undefined,
    ),
  ) as TrimBorder
  const hasDetails = Object.keys(details).length > 0
  const border = hasDetails ? details : read('border') === true ? true : undefined
  const worst = refusals.find((refused) => refused.reason === 'unreadable') ?? refusals[0]
  return worst ?? { ...amounts, ...(border === undefined ? {} : { border }) }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isGiven = (value: unknown): boolean => value !== undefined && value !== null

/** `T;R;B;L` or `border`, then `name:value` for any of {@link TRIM_PARTS}, which win; the first of equal names counts. */
function readText(text: string): TrimValue | Refused {
  const given = new Map<string, () => unknown | Refused>()
  const pieces = text.split(';', TRIM_PARTS.length + SIDES.length + 1)
  const named = pieces.findIndex((piece) => piece.includes(':'))
  const bare = named < 0 ? pieces : pieces.slice(0, named)
  for (const piece of pieces.slice(bare.length)) {
    const colon = piece.indexOf(':')
    const [name, value] = [piece.slice(0, colon), piece.slice(colon + 1)]
    if (colon < 0 || !TRIM_PARTS.includes(name)) return UNREADABLE
    const detail = name.startsWith('border.') ? name.slice('border.'.length) : null
    const type = detail === null ? amountOf(name) : BORDER[detail as keyof typeof BORDER]
    if (!given.has(name)) given.set(name, () => type.fromText(value))
  }
  if (bare.length === 1 && bare[0] === 'border') given.set('border', () => true)
  else if (bare.length === SIDES.length) {
    for (const [i, side] of SIDES.entries()) {
      if (!given.has(side)) given.set(side, () => CUT.fromText(bare[i] as string))
    }
  } else if (bare.length > 0) return UNREADABLE
  return build(given)
}

function readValue(value: unknown): TrimValue | Refused {
  if (value === 'border') return { border: true }
  if (!isObject(value)) return UNREADABLE
  const given = new Map<string, () => unknown | Refused>()
  for (const name of AMOUNTS) {
    if (isGiven(value[name])) given.set(name, () => amountOf(name).fromValue(value[name]))
  }
  const { border } = value
  if (isObject(border)) {
    given.set('border', () => true)
    for (const name of BORDER_NAMES) {
      if (isGiven(border[name])) given.set(`border.${name}`, () => BORDER[name].fromValue(border[name]))
    }
  } else if (isGiven(border)) given.set('border', () => flag().fromValue(border))
  return build(given)
}

function formatText({ border, ...amounts }: TrimValue): string {
  const pieces: string[] = border === true ? ['border'] : []
  for (const name of AMOUNTS) if (amounts[name] !== undefined) pieces.push(`${name}:${amounts[name]}`)
  if (typeof border === 'object') {
    for (const name of BORDER_NAMES)
      if (border[name] !== undefined) pieces.push(`border.${name}:${border[name]}`)
  }
  return pieces.length === 0 ? 'top:0' : pieces.join(';')
}

const SCHEMA: JsonSchema = {
  anyOf: [
    { type: 'string', enum: ['border'] },
    {
      type: 'object',
      properties: {
        ...Object.fromEntries(AMOUNTS.map((name) => [name, amountOf(name).schema])),
        border: {
          anyOf: [
            { type: 'boolean' },
            {
              type: 'object',
              properties: Object.fromEntries(BORDER_NAMES.map((name) => [name, BORDER[name].schema])),
            },
          ],
        },
      },
    },
  ],
}

/**
 * What is cut off the source: an object of sides, kept sizes and a border that is looked for, or `border`. In a URL
 * `T;R;B;L` or `border`, and the parts of {@link TRIM_PARTS} under names of their own, such as `trim.left=20`.
 * Rule: docs/parity.md#trim.
 */
export function trim(): ValueType<TrimValue> {
  return {
    fromText: readText,
    fromValue: readValue,
    toText: formatText,
    expects:
      'T;R;B;L, "border", or an object of top, right, bottom, left, width, height and border; whole px or a fraction of the side below 1',
    schema: SCHEMA,
  }
}
