import { OUT_OF_RANGE, type Refused, UNREADABLE, type ValueType } from './value-type.ts'

const LIST = /^\d{1,6}(?:;\d{1,6})*$/
/** More widths than that are no steps any more. */
const MAX_ENTRIES = 32

/**
 * Widths in px, joined by semicolons; kept ascending and without repeats.
 * @param maximum the largest width
 */
export function breakpoints(maximum: number): ValueType<string> {
  const fromText = (text: string): string | Refused => {
    if (text.length > 8 * MAX_ENTRIES || !LIST.test(text)) return UNREADABLE
    const widths = [...new Set(text.split(';').map(Number))].sort((a, b) => a - b)
    const isServed = widths.length <= MAX_ENTRIES && widths.every((width) => width >= 1 && width <= maximum)
    return isServed ? widths.join(';') : OUT_OF_RANGE
  }
  return {
    fromText,
    fromValue: (value) => (typeof value === 'string' ? fromText(value) : UNREADABLE),
    toText: (value) => value,
    expects: `up to ${MAX_ENTRIES} whole numbers from 1 to ${maximum}, joined by semicolons`,
    schema: { type: 'string', description: 'Widths in px, joined by semicolons.' },
  }
}
