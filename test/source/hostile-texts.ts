/** Characters. They grow in small steps, so that what is exponential is noticed while it still ends. */
const SIZES = [
  ...[
    12, 15, 18, 21, 24, 27, 30, 33, 36, 39, 42, 45, 48, 52, 56, 60, 70, 85, 100, 130, 170, 220, 290, 380, 500,
  ],
  ...[1000, 4000, 16_384],
]

/** Above this, at 16 kB, something looks at its text more than once: linear ones need a few hundredths of it. */
const LIMIT_MS = 50
const RUNS = 5

/** Characters that mean something to a parser of ours. */
const ODD = [
  ...[
    '\\',
    '"',
    "'",
    '<',
    '>',
    '?',
    '!',
    '-',
    '/',
    '.',
    ':',
    ';',
    ',',
    '=',
    '&',
    '%',
    '#',
    '*',
    '+',
    '_',
    '~',
    '@',
  ],
  ...['(', ')', '[', ']', '{', '}', '|', '^', '$', ' ', '\t', '\n', '\r', '\0', '\x7f', 'a', 'A', '0', '9'],
  ...['\xa0', 'é', '\ufeff', '\u2028', '☃', '😀', '\ud800'],
]
const PAIRS = [
  ...[
    '\\"',
    '"\\',
    '""',
    ';"',
    '="',
    ';a="',
    '; ',
    ';;',
    ',"',
    '; a=b',
    'a=',
    '=;',
    '" ',
    'W/"',
    '""W/',
    ',a/b;q=0',
  ],
  ...[
    '--',
    '<!--',
    '-->',
    '<?',
    '?>',
    '<a',
    '<!',
    '%2',
    '%22',
    '%%',
    '//',
    '/.',
    '../',
    '://',
    '[]',
    '[a]',
    '][',
    'a ',
    ' a',
  ],
  ...['0.', '.0', '-0', '0-', '0:', 'T0', '\r\n', '\n\r', 'ab', '?a', '&a=', '{"', '":', '[[', '{"a":'],
]

/**
 * Texts that make a bad expression or parser slow: each odd character and pair over and over, behind each beginning
 * and before each end. Shortest first.
 * @param beginnings what a text must begin with to get past the first checks
 */
export function* hostileTexts(beginnings: readonly string[]): Generator<{ text: string; name: string }> {
  for (const size of SIZES) {
    for (const beginning of beginnings) {
      for (const pump of [...ODD, ...PAIRS]) {
        const middle = pump.repeat(Math.ceil(size / pump.length))
        for (const end of ['', '"', '\0']) {
          const name = `${JSON.stringify(beginning)} + ${size} × ${JSON.stringify(pump)} + ${JSON.stringify(end)}`
          yield { text: beginning + middle + end, name }
        }
      }
    }
  }
}

/**
 * Runs something on every text. @returns the first text that took it over 50 ms each time that it was tried, or null.
 * One slow run proves nothing on a busy machine; five in a row do, since a linear run takes a few hundredths of a limit.
 */
export function findSlowText(run: (text: string) => void, beginnings: readonly string[]): string | null {
  for (const { text, name } of hostileTexts(beginnings)) {
    let fastestMs = Number.POSITIVE_INFINITY
    for (let i = 0; i < RUNS && fastestMs > LIMIT_MS; i++) fastestMs = Math.min(fastestMs, timeMs(run, text))
    if (fastestMs > LIMIT_MS) return `${name}: ${Math.round(fastestMs)} ms`
  }
  return null
}

function timeMs(run: (text: string) => void, text: string): number {
  const startedAt = performance.now()
  try {
    run(text)
  } catch {
    // A refusal is an answer.
  }
  return performance.now() - startedAt
}
