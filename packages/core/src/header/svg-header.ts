import { checkSourceSize, damagedPicture, MAX_AREA_PX, MAX_SIDE_PX } from '../picture-limits.ts'
import type { ByteFeed, Parsing } from './byte-feed.ts'
import type { ImageHeader } from './header-parser.ts'

/** The root's tag must end within so many characters of the file. */
const MAX_CHARACTERS = 64 << 10
/** What a drawing measures that says nothing of its size, as browsers take it, px. */
const DEFAULT_SIZE = { width: 300, height: 150 } as const

/** px of one unit of CSS. */
const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  px: 1,
  pt: 4 / 3,
  pc: 16,
  in: 96,
  cm: 96 / 2.54,
  mm: 96 / 25.4,
  q: 96 / 101.6,
  em: 16,
  rem: 16,
  ex: 8,
}

/** A length as it is drawn, px; null for none that stands on its own, such as a percentage. */
function parseLength(text: string | undefined): number | null {
  const [, number, unit] =
    /^\s{0,9}\+?(\d{0,9}(?:\.\d{0,99})?(?:e[+-]?\d{1,3})?)([a-z]{0,3})\s{0,9}$/i.exec(text ?? '') ?? []
  const pixels = Number.parseFloat(number ?? '') * (UNITS[(unit ?? '').toLowerCase()] ?? Number.NaN)
  return Number.isFinite(pixels) && pixels > 0 ? pixels : null
}

/** Width and height of a `viewBox`; null when it has none. */
function parseViewBox(text: string | undefined): { readonly width: number; readonly height: number } | null {
  const numbers = (text ?? '')
    .slice(0, 200)
    .split(/[\s,]+/)
    .filter((part) => part !== '')
    .map(Number)
  const [, , width = 0, height = 0] = numbers
  return numbers.length === 4 && width > 0 && height > 0 && Number.isFinite(width * height)
    ? { width, height }
    : null
}

/**
 * The size at which a drawing is shown where nobody says another one, whole px: what its root says, else what its
 * `viewBox` says, else 300x150; in proportion where one side is missing. A drawing has no pixels, so one that names more
 * than a picture may have is taken as large as a picture may be.
 * @param attributes of the root
 */
export function sizeOfSvg(attributes: ReadonlyMap<string, string>): {
  readonly width: number
  readonly height: number
} {
  const box = parseViewBox(attributes.get('viewBox'))
  const [width, height] = [parseLength(attributes.get('width')), parseLength(attributes.get('height'))]
  const ratio = box === null ? null : box.width / box.height
  const natural =
    width !== null && height !== null
      ? { width, height }
      : width !== null
        ? { width, height: ratio === null ? DEFAULT_SIZE.height : width / ratio }
        : height !== null
          ? { width: ratio === null ? DEFAULT_SIZE.width : height * ratio, height }
          : (box ?? DEFAULT_SIZE)
  const shrink = Math.min(
    1,
    MAX_SIDE_PX / Math.max(natural.width, natural.height),
    Math.sqrt(MAX_AREA_PX / (natural.width * natural.height)),
  )
  const side = (length: number): number =>
    Math.max(1, shrink < 1 ? Math.floor(length * shrink) : Math.round(length))
  return { width: side(natural.width), height: side(natural.height) }
}

/**
 * SVG: everything up to the end of the root's tag. Whether the rest is well-formed, only who reads all of it can say; so
 * its end counts as missing until then.
 */
export function* readSvgHeader(feed: ByteFeed): Generator<ImageHeader | undefined, void, undefined> {
  const next = yield* readCharacters(feed)
  const attributes = yield* readRoot(next)
  const { width, height } = sizeOfSvg(attributes)
  checkSourceSize('svg', width, height)
  yield { format: 'svg', width, height, orientation: 1, hasAlpha: true, animated: false }
  feed.endMayMiss = true
  for (;;) yield
}

type NextCharacter = () => Parsing<string>

/** The file's characters, one after the other; of those beyond ASCII only that they are there. */
function* readCharacters(feed: ByteFeed): Parsing<NextCharacter> {
  const mark = yield* feed.takeBytes(2)
  const [first = 0, second = 0] = mark
  const isWide =
    first === 0 || second === 0 || (first === 0xfe && second === 0xff) || (first === 0xff && second === 0xfe)
  const isLittle = second === 0 || first === 0xff
  const head = isWide
    ? toCharacter(isLittle ? first | (second << 8) : (first << 8) | second)
    : latin(first) + latin(second)
  let at = 0
  let read = 0
  return function* next() {
    read += 1
    if (read > MAX_CHARACTERS) throw damagedPicture('svg', 'its root comes too late, or is too long')
    if (at < head.length) return head[at++] as string
    const unit = yield* nextByte(feed)
    if (!isWide) return latin(unit)
    const other = yield* nextByte(feed)
    return toCharacter(isLittle ? unit | (other << 8) : (unit << 8) | other)
  }
}

function* nextByte(feed: ByteFeed): Parsing<number> {
  for (;;) {
    const byte = feed.nextByte()
    if (byte >= 0) return byte
    yield
  }
}

const latin = (byte: number): string => String.fromCharCode(byte)
const toCharacter = (unit: number): string => (unit < 0x80 ? String.fromCharCode(unit) : '\x80')

/** Pass over what stands before the root, and read its tag. */
function* readRoot(next: NextCharacter): Parsing<ReadonlyMap<string, string>> {
  for (;;) {
    if ((yield* next()) !== '<') continue
    const first = yield* next()
    if (first === '?') yield* skipTo(next, '?>')
    else if (first === '!') yield* skipDeclaration(next)
    else return yield* readAttributes(next)
  }
}

function* skipTo(next: NextCharacter, end: string): Parsing<void> {
  let last = ''
  while (last !== end) last = (last + (yield* next())).slice(-end.length)
}

/** A comment, or a document type with declarations between brackets. */
function* skipDeclaration(next: NextCharacter): Parsing<void> {
  let start = yield* next()
  if (start === '-') start += yield* next()
  if (start === '--') return yield* skipTo(next, '-->')
  let depth = 0
  let last = ''
  for (let character = start; ; character = yield* next()) {
    last = (last + character).slice(-4)
    if (character === '"' || character === "'") yield* skipTo(next, character)
    else if (last === '<!--') yield* skipTo(next, '-->')
    else if (character === '[') depth += 1
    else if (character === ']') depth -= 1
    else if (character === '>' && depth <= 0) return
  }
}

/** The attributes of a tag whose name has begun, up to its end. References in their values are left as they are. */
function* readAttributes(next: NextCharacter): Parsing<ReadonlyMap<string, string>> {
  const attributes = new Map<string, string>()
  let name = ''
  let isNameOver = false
  for (;;) {
    const character = yield* next()
    if (character === '>') return attributes
    if (character === '"' || character === "'") {
      let value = ''
      for (let part = yield* next(); part !== character; part = yield* next()) value += part
      if (!attributes.has(name)) attributes.set(name, value)
      name = ''
    } else if (character === '=') isNameOver = false
    else if (/\s/.test(character)) isNameOver = true
    else {
      name = isNameOver ? character : name + character
      isNameOver = false
    }
  }
}
