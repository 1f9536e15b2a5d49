import { ApiError, type Rgba, type SourceRef } from '@tintype/core'
import { formatAttribute, formatText } from '@tintype/svg'
import type { Drawing, Fonts, InkBox } from '../codecs/resvg-library.ts'

export type TextRef = Extract<SourceRef, { kind: 'text' }>

/** Rule: docs/parity.md#text. */
const MAX_CHARACTERS = 1000
const MAX_SIDE_PX = 4096
/** Of one line, in sizes of the font; its baseline is one size below its top. */
const LINE_HEIGHT = 1.3
/** Characters that XML has no place for. Tabs are spaces. */
const UNWRITABLE = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g

const linesOf = (text: string): string[] =>
  text
    .replace(UNWRITABLE, '')
    .replace(/\t/g, ' ')
    .split(/\r\n|\r|\n/)

/** What `open` gives, as it was, so that one instance of the library serves all three looks at a text. */
type Open = (svg: Uint8Array, fonts: Fonts) => Drawing

/**
 * A text as a drawing of paths, as large as its lines: as wide as the longest one advances, 1.3 sizes high each; larger
 * where ink reaches beyond.
 * @returns SVG
 * @throws ApiError `invalidOptions` for more than 1,000 characters, or more than 4,096 px a side
 */
export function layOutText(text: TextRef, fonts: Fonts, open: Open): string {
  if (Array.from(text.text).length > MAX_CHARACTERS) {
    throw new ApiError('invalidOptions', `a text has at most ${MAX_CHARACTERS} characters`)
  }
  const lines = linesOf(text.text)
  const look = <T>(svg: string, read: (drawing: Drawing) => T): T => {
    const drawing = open(new TextEncoder().encode(svg), fonts)
    const seen = read(drawing)
    drawing.close()
    return seen
  }
  const inkOf = (anchor: 'start' | 'end'): InkBox | null =>
    look(formatDrawing(text, lines, anchor, { x: 0, y: 0, width: 1, height: 1 }), (drawing) =>
      drawing.inkBox(),
    )
  const box = boxOf(inkOf('start'), inkOf('end'), lines.length * LINE_HEIGHT * text.sizePx)
  if (Math.max(box.width, box.height) > MAX_SIDE_PX) {
    throw new ApiError(
      'invalidOptions',
      `a text of ${box.width}x${box.height} px, at most ${MAX_SIDE_PX} px a side`,
    )
  }
  return shorten(look(formatDrawing(text, lines, 'start', box), (drawing) => drawing.outline()))
}

/**
 * A line that ends at 0 lies further left than one that begins there by what it advances, so the two show how far the
 * longest one advances, spaces at its end included.
 */
function boxOf(atStart: InkBox | null, atEnd: InkBox | null, linesHeight: number): InkBox {
  if (atStart === null || atEnd === null) return { x: 0, y: 0, width: 1, height: Math.ceil(linesHeight) }
  const left = Math.floor(Math.min(0, atStart.x))
  const top = Math.floor(Math.min(0, atStart.y))
  const right = Math.max(atStart.x + atStart.width, atStart.x - atEnd.x)
  const bottom = Math.max(linesHeight, atStart.y + atStart.height)
  return { x: left, y: top, width: Math.max(1, Math.ceil(right) - left), height: Math.ceil(bottom) - top }
}

function formatDrawing(
  { sizePx, colour }: TextRef,
  lines: readonly string[],
  anchor: string,
  box: InkBox,
): string {
  const rows = lines.map(
    (line, i) =>
      `<text xml:space="preserve"${formatAttribute('y', String(sizePx * (1 + i * LINE_HEIGHT)))}>${formatText(line)}</text>`,
  )
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${box.width}" height="${box.height}" viewBox="${box.x} ${box.y} ${box.width} ${box.height}">` +
    `<g font-size="${sizePx}" text-anchor="${anchor}" ${formatFill(colour)}>${rows.join('')}</g></svg>`
  )
}

const formatFill = ({ r, g, b, a }: Rgba): string => `fill="rgb(${r},${g},${b})" fill-opacity="${a / 255}"`

/** Coordinates to a hundredth of a px. */
const shorten = (svg: string): string =>
  svg.replace(/-?\d{1,9}\.\d{3,20}/g, (number) => String(Math.round(Number(number) * 100) / 100))
