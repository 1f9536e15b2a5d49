import {
  ApiError,
  createHeaderReader,
  DELIVERY_FAULTS,
  type Format,
  SNIFF_BYTES,
  type SourceFacts,
  type SourceRef,
  sniffFormat,
} from '@tintype/core'
import { type ByteReader, createByteReader } from '@tintype/pixels'
import type { Decoder, NeedBytes } from './decoder.ts'
import { DECODERS, decoderOf } from './decoders.ts'
import type { MemoryMeter } from './memory-meter.ts'

/** A source's bytes, from the first one on. */
export interface OpenedSource {
  readonly sizeBytes: number
  readonly body: ReadableStream<Uint8Array>
}

/**
 * Opens a source; it may be called more than once for the same one.
 * @throws ApiError `deliveredImageNotFound` when it is not there
 */
export type OpenSource = (source: SourceRef) => Promise<OpenedSource>

/** What an open reader keeps of a file that waits to be read on. */
export const READER_WINDOW_BYTES = 64 << 10

/** A source that was looked at: all that planning needs, and its bytes for whoever decodes it. */
export interface ProbedSource {
  readonly facts: SourceFacts
  readonly decoder: Decoder
  /** What the decoder read of it; see {@link Decoder.readStart}. */
  readonly start: Uint8Array
  /** What is held of it besides, from the moment it was looked at, bytes; absent: nothing. */
  readonly keptBytes?: number
  /** The whole file, for one pass; each further call opens the source again. */
  file(meter: MemoryMeter): AsyncIterable<Uint8Array>
  /** Unread bytes would keep their connection open. */
  close(): Promise<void>
}

const DECODABLE: ReadonlySet<Format> = new Set(Object.keys(DECODERS) as Format[])

/**
 * Open a source, find out what it is, and read its decoder's first bytes. What an upload stored of a source is believed;
 * every other source is read up to the end of its header for it.
 * @param need asked before more than a small start is held
 * @param keepsXmp whether the result is to have the source's XMP
 * @throws ApiError `notAnImage`, `decodingFailed`, `refusedDimensions`, and what `open` throws
 */
export async function probeSource(
  source: SourceRef,
  open: OpenSource,
  need: NeedBytes,
  keepsXmp = false,
): Promise<ProbedSource> {
  const facts = source.kind === 'stored' ? source.facts : await readFacts(source, open)
  const decoder = decoderOf(facts)
  let reader: ByteReader | null = null
  const openReader = async () => {
    const { body } = await open(source)
    reader = createByteReader(body)
    return reader
  }
  const close = async () => {
    await reader?.close().catch(() => {})
    reader = null
  }
  try {
    const first = await openReader()
    const sniffed = sniffFormat(await first.peek(SNIFF_BYTES).then((bytes) => bytes.subarray(0, SNIFF_BYTES)))
    if (sniffed?.format !== facts.format) throw new ApiError('decodingFailed', 'the file is damaged')
    const start = await decoder.readStart(first, need, keepsXmp)
    let isFresh = true
    return {
      facts,
      decoder,
      start,
      async *file(meter) {
        if (isFresh) {
          isFresh = false
          meter.hold(start.length)
          yield start
          yield* restOf(first)
          return
        }
        await close()
        yield* restOf(await openReader())
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function* restOf(reader: ByteReader): AsyncGenerator<Uint8Array, void, undefined> {
  for (;;) {
    const bytes = await reader.peek(1)
    if (bytes.length === 0) return
    reader.advance(bytes.length)
    yield bytes
  }
}

/** What a source's own bytes say of it; the stream is left as soon as nothing that follows can change it. */
async function readFacts(source: SourceRef, open: OpenSource): Promise<SourceFacts> {
  const { body, sizeBytes } = await open(source)
  const headers = createHeaderReader(DECODABLE, DELIVERY_FAULTS)
  const chunks = body.getReader()
  try {
    while (headers.header === null) {
      const { done, value } = await chunks.read()
      if (done) return { ...headers.finishCut(), sizeBytes }
      headers.push(value)
    }
    return { ...headers.header, sizeBytes }
  } finally {
    await chunks.cancel().catch(() => {})
  }
}
