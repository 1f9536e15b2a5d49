/** The part of JSON Schema that describes an option's object form. */
export interface JsonSchema {
  readonly type?: 'integer' | 'number' | 'string' | 'boolean' | 'object' | 'array'
  readonly enum?: readonly (string | number | boolean)[]
  readonly minimum?: number
  readonly maximum?: number
  readonly anyOf?: readonly JsonSchema[]
  readonly items?: JsonSchema
  readonly maxItems?: number
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: false
  readonly description?: string
  /** An annotation of JSON Schema: what a text is. */
  readonly format?: 'color'
}

/**
 * Why a value was not taken: `unreadable` is no value of this kind at all (`width=abc`), `out-of-range` is one, but not
 * one that can be served (`blur=300`). The first is dropped from a URL with a warning, the second refuses the request.
 */
export class Refused {
  readonly reason: 'unreadable' | 'out-of-range'
  /** What is wrong inside a value that has parts, as a sentence; null where {@link ValueType.expects} says it all. */
  readonly detail: string | null
  constructor(reason: Refused['reason'], detail: string | null = null) {
    this.reason = reason
    this.detail = detail
  }
}
export const UNREADABLE = new Refused('unreadable')
export const OUT_OF_RANGE = new Refused('out-of-range')

/**
 * What an option may be, in both its spellings. `T` is the object form itself: plain JSON, normalised, so that it can be
 * stored and shown again as it is.
 */
export interface ValueType<T> {
  /** From a URL: the value already percent-decoded, of any length and content. Linear in its length. */
  fromText(text: string): T | Refused
  /** From JSON or a caller's object: anything at all. */
  fromValue(value: unknown): T | Refused
  /** What {@link fromText} reads back as the same value; the same text for equal values. */
  toText(value: T): string
  /** Ends the sentence "`name` must be …". */
  readonly expects: string
  readonly schema: JsonSchema
}

const DECIMAL = /^[+-]?(?:\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})$/

/** Plain decimal text as a number; no exponent, no hexadecimal, no white space. */
const parseDecimal = (text: string): number | null => (DECIMAL.test(text) ? Number(text) : null)

function numberType(
  accepts: (value: number) => boolean,
  expects: string,
  schema: JsonSchema,
): ValueType<number> {
  const judge = (value: number): number | Refused => (accepts(value) ? value + 0 : OUT_OF_RANGE) // -0 becomes 0
  return {
    fromText(text) {
      const value = parseDecimal(text)
      return value === null ? UNREADABLE : judge(value)
    },
    fromValue: (value) => (typeof value === 'number' && Number.isFinite(value) ? judge(value) : UNREADABLE),
    toText: String,
    expects,
    schema,
  }
}

/** A whole number from `minimum` to `maximum`. */
export const whole = (minimum: number, maximum: number): ValueType<number> =>
  numberType(
    (value) => Number.isInteger(value) && value >= minimum && value <= maximum,
    `a whole number from ${minimum} to ${maximum}`,
    { type: 'integer', minimum, maximum },
  )

/** A number from `minimum` to `maximum`, kept to a thousandth: finer steps are not seen, and would fill caches. */
export const decimal = (minimum: number, maximum: number): ValueType<number> =>
  toThousandths(
    numberType((value) => value >= minimum && value <= maximum, `a number from ${minimum} to ${maximum}`, {
      type: 'number',
      minimum,
      maximum,
    }),
  )

/** A number of at least a thousandth, kept to one. */
export const positive = (): ValueType<number> =>
  toThousandths(
    numberType((value) => value >= 0.001 && value < 1e9, 'a number above 0', {
      type: 'number',
      minimum: 0.001,
    }),
  )

function toThousandths(type: ValueType<number>): ValueType<number> {
  const rounded = (value: number | Refused) =>
    value instanceof Refused ? value : Math.round(value * 1000) / 1000
  return {
    ...type,
    fromText: (text) => rounded(type.fromText(text)),
    fromValue: (value) => rounded(type.fromValue(value)),
  }
}

/** One of a few numbers. */
export const oneOfNumbers = <const N extends number>(...numbers: N[]): ValueType<N> =>
  numberType((value) => numbers.includes(value as N), listed(numbers), {
    type: 'integer',
    enum: numbers,
  }) as ValueType<N>

/** One of a few words, exactly as they are written. */
export function word<const W extends string>(...words: W[]): ValueType<W> {
  const read = (value: unknown): W | Refused => (words.includes(value as W) ? (value as W) : UNREADABLE)
  return {
    fromText: read,
    fromValue: read,
    toText: (value) => value,
    expects: listed(words.map((value) => `"${value}"`)),
    schema: { type: 'string', enum: words },
  }
}

/** As {@link word}, but any other word refuses the request: a misspelt one would show another picture than was meant. */
export function strictWord<const W extends string>(...words: W[]): ValueType<W> {
  const type = word(...words)
  const strict = (value: W | Refused): W | Refused => (value === UNREADABLE ? OUT_OF_RANGE : value)
  return { ...type, fromText: (text) => strict(type.fromText(text)) }
}

/** `true` or `false`. */
export const flag = (): ValueType<boolean> => ({
  fromText: (text) => (text === 'true' ? true : text === 'false' ? false : UNREADABLE),
  fromValue: (value) => (typeof value === 'boolean' ? value : UNREADABLE),
  toText: String,
  expects: 'true or false',
  schema: { type: 'boolean' },
})

/** The first type that takes a value has it. Where none does, a value out of one's range says more than an unreadable one. */
export function oneOf<A, B>(first: ValueType<A>, second: ValueType<B>): ValueType<A | B> {
  const choose = (read: (type: ValueType<A | B>) => A | B | Refused): A | B | Refused => {
    const one = read(first as ValueType<A | B>)
    if (!(one instanceof Refused)) return one
    const other = read(second as ValueType<A | B>)
    return other === UNREADABLE ? one : other
  }
  return {
    fromText: (text) => choose((type) => type.fromText(text)),
    fromValue: (value) => choose((type) => type.fromValue(value)),
    toText: (value) =>
      first.fromValue(value) instanceof Refused ? second.toText(value as B) : first.toText(value as A),
    expects: `${first.expects}, or ${second.expects}`,
    schema: { anyOf: [first.schema, second.schema] },
  }
}

/** `a, b or c`. */
function listed(items: readonly (string | number)[]): string {
  const last = items.at(-1)
  return items.length === 1 ? `${last}` : `${items.slice(0, -1).join(', ')} or ${last}`
}
