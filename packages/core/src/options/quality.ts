import { oneOf, UNREADABLE, type ValueType, whole } from './value-type.ts'

/** What the words mean, on the JPEG scale. Rule: docs/parity.md#options. */
const WORDS: ReadonlyMap<unknown, number> = new Map([
  ['low', 35],
  ['medium-low', 50],
  ['medium-high', 70],
  ['high', 90],
])

const qualityWord: ValueType<number> = {
  fromText: (text) => WORDS.get(text) ?? UNREADABLE,
  fromValue: (value) => WORDS.get(value) ?? UNREADABLE,
  toText: String,
  expects: [...WORDS.keys()].map((word) => `"${word}"`).join(', '),
  schema: { type: 'string', enum: [...WORDS.keys()] as string[] },
}

/** A quality from 1 to 100. A word is kept as its number, so that both are one request. */
export const quality = (): ValueType<number> => oneOf(whole(1, 100), qualityWord)
