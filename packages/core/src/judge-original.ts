import { ApiError } from './errors.ts'
import { FORMATS, type Format } from './formats.ts'
import { createHeaderReader } from './header/image-header.ts'
import type { SourceFacts } from './image.ts'

/** What an original may be. */
export interface OriginalLimits {
  readonly accepted: ReadonlySet<Format>
  /** Inclusive. */
  readonly maxBytes: number
  /** Called for every piece that passes: whoever holds something for this original knows that it is alive. */
  readonly onProgress?: () => void
}

/** An original that is judged while it passes. */
export interface JudgedOriginal {
  /** The same bytes; fails, and lets the original go, as soon as they must be refused. */
  readonly body: ReadableStream<Uint8Array>
  /** What the bytes say, once all have passed. Rejects with what `body` failed with. */
  readonly facts: Promise<SourceFacts>
  /** Whether only the mark of its end may be missing, once {@link facts} are known: then a decoder must say if it is whole. */
  missesEnd(): boolean
}

/**
 * Count an original's bytes and read its header as they pass, whatever they come from: a form, another server, a queue.
 * Nothing is read ahead of the consumer, and a few kilobytes are held.
 * @throws ApiError, through `body` and `facts`: `uploadTooLarge`, or `unsupportedImage` with the reason
 */
export function judgeOriginal(
  original: ReadableStream<Uint8Array>,
  { accepted, maxBytes, onProgress }: OriginalLimits,
): JudgedOriginal {
  const header = createHeaderReader(accepted)
  const reader = original.getReader()
  const { promise: facts, resolve, reject } = Promise.withResolvers<SourceFacts>()
  facts.catch(() => {}) // who only reads the body hears of the failure there
  let sizeBytes = 0
  let missesEnd = false

  function judge(bytes: Uint8Array): void {
    sizeBytes += bytes.length
    if (sizeBytes > maxBytes)
      throw new ApiError('uploadTooLarge', `the file is over ${formatMegabytes(maxBytes)}`)
    header.push(bytes)
    const known = header.header
    if (known?.animated && FORMATS[known.format].animation === 'none')
      throw new ApiError('unsupportedImage', `animated ${FORMATS[known.format].name} images are not accepted`)
    onProgress?.()
  }

  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read()
          if (done) {
            const finished = header.finishUnlessCut()
            missesEnd = finished.missesEnd
            resolve({ ...finished.header, sizeBytes })
            controller.close()
          } else {
            judge(value)
            controller.enqueue(value)
          }
        } catch (error) {
          reject(error)
          // Not awaited: whoever sends it must hear the refusal, however long letting go takes.
          reader.cancel(error).catch(() => {})
          throw error
        }
      },
      cancel(reason) {
        reject(reason)
        return reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
  return { body, facts, missesEnd: () => missesEnd }
}

/** As people call it: 10 MiB are "10 MB". */
const formatMegabytes = (sizeBytes: number): string => `${Math.floor(sizeBytes / (1024 * 1024))} MB`
