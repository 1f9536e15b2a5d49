import { ApiError } from '@tintype/core'
import { toDrawingError } from '../codecs/draw-svg.ts'
import type { NeedBytes } from '../decoder.ts'
import type { Reservation, Start } from '../governor.ts'
import { SMALL_START_BYTES } from '../governor.ts'
import { createMemoryMeter } from '../memory-meter.ts'
import { once } from '../once.ts'
import { type OpenSource, type ProbedSource, probeSource } from '../source.ts'
import { layOutText, type TextRef } from './lay-out-text.ts'
import { MAX_FONT_BYTES, MOST_UNPACKED, readFont } from './read-font.ts'

const loadLibrary = once(() => import('../codecs/resvg-library.ts'))
const loadFonts = once(() => import('../codecs/built-in-fonts.ts'))

/** resvg, the built-in font, and paths of a thousand characters. */
const BASE_HEAP_BYTES = 12e6
/** The library's copy of a font, what a packed one comes to, and its tables. */
const HEAP_BYTES_PER_FONT_BYTE = 4
const MOST_HEAP_BYTES = 54e6

/**
 * Look at a line of text: it becomes a drawing of paths, which is a source like any other, drawn at whatever size it is
 * wanted. Only here is its font needed, and memory for it borrowed.
 * @throws ApiError `invalidOptions` for a text or a font that is too large; what opening the font throws
 */
export async function probeText(
  text: TextRef,
  open: OpenSource,
  start: Pick<Start, 'borrow'>,
  need: NeedBytes,
): Promise<ProbedSource> {
  const drawing = await outlineText(text, open, start)
  if (drawing.length > SMALL_START_BYTES) throw new ApiError('invalidOptions', 'a text is too intricate')
  const openDrawing: OpenSource = async () => ({ body: streamOf(drawing), sizeBytes: drawing.length })
  return { ...(await probeSource(text, openDrawing, need)), keptBytes: drawing.length }
}

async function outlineText(
  text: TextRef,
  open: OpenSource,
  start: Pick<Start, 'borrow'>,
): Promise<Uint8Array<ArrayBuffer>> {
  const font = text.fontUrl === null ? null : await open({ kind: 'remote', url: text.fontUrl, etag: null })
  const fontBytes = font === null ? 0 : Math.min(font.sizeBytes, MAX_FONT_BYTES)
  const heapBytes = Math.min(BASE_HEAP_BYTES + HEAP_BYTES_PER_FONT_BYTE * fontBytes, MOST_HEAP_BYTES)
  let reservation: Reservation
  try {
    reservation = await start.borrow(
      heapBytes + fontBytes + Math.min(MOST_UNPACKED * fontBytes, MAX_FONT_BYTES),
    )
  } catch (error) {
    await font?.body.cancel().catch(() => {})
    throw error
  }
  try {
    const own = font === null ? [] : [await readFont(font)]
    const { withResvg } = await loadLibrary()
    const { builtInFonts } = await loadFonts()
    const files = [...own, ...builtInFonts()]
    const svg = withResvg(heapBytes, createMemoryMeter(), (openDrawing) =>
      layOutText(text, { files }, openDrawing),
    )
    return new TextEncoder().encode(svg) as Uint8Array<ArrayBuffer>
  } catch (error) {
    if (error instanceof ApiError) throw error
    throw font === null ? toDrawingError(error) : unreadableFont(error)
  } finally {
    reservation.release()
  }
}

const unreadableFont = (cause: unknown): ApiError =>
  new ApiError('invalidOptions', 'the font cannot be read, or not within the memory that there is', { cause })

const streamOf = (bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      controller.enqueue(bytes)
      controller.close()
    },
  })
