import { ApiError } from '@tintype/core'
import { type MultipartError, make, type Parser, type PartInfo } from 'multipasta'
import { parseContentDisposition } from './content-disposition.ts'

/** What a form yields, in its own order. A `file` is followed by its `chunk`s and one `end`. */
export type FormEvent =
  | { readonly kind: 'field'; readonly name: string; readonly value: string }
  | { readonly kind: 'file'; readonly name: string; readonly filename: string | null }
  | { readonly kind: 'chunk'; readonly bytes: Uint8Array }
  | { readonly kind: 'end' }

/** More than the fields of any known client, metadata as bracket fields included. */
const MAX_PARTS = 200
const MAX_FIELD_BYTES = 64 * 1024
const BOUNDARY = /;\s*boundary=/i

/** True when the request says that its body is a form. */
export const isMultipart = (headers: Headers): boolean =>
  /^\s*multipart\/form-data\s*(;|$)/i.test(headers.get('content-type') ?? '')

const refusalOf = (error: MultipartError): ApiError => {
  switch (error._tag) {
    case 'ReachedLimit':
      return error.limit === 'MaxFieldSize'
        ? new ApiError('badRequest', `a text field is over ${MAX_FIELD_BYTES} bytes`)
        : new ApiError('badRequest', `the form has more than ${MAX_PARTS} parts`)
    case 'EndNotReached':
      return new ApiError('uploadBroken', 'the form ends before its closing boundary')
    case 'InvalidBoundary':
      return new ApiError('notMultipart', 'the content type names no boundary')
    default:
      return new ApiError('badRequest', 'the form has a malformed part')
  }
}

/**
 * Parse a form as its bytes arrive; nothing is read ahead of the consumer.
 * @param maxBytes most that the whole form may weigh, whatever it declares
 * @param isFile which parts are files; the others are text and bounded
 * @throws ApiError `notMultipart`, `badRequest`, or `uploadBroken` when the client stops before the end
 */
export async function* readFormEvents(
  request: Request,
  maxBytes: number,
  isFile: (part: { name: string; filename: string | null }) => boolean,
): AsyncGenerator<FormEvent, void> {
  const { headers } = request
  if (!isMultipart(headers)) throw new ApiError('notMultipart')
  const contentType = headers.get('content-type') as string
  if (!BOUNDARY.test(contentType)) throw new ApiError('notMultipart', 'the content type names no boundary')
  if (request.body === null || headers.get('content-length') === '0') return

  const queue: FormEvent[] = []
  let refusal: ApiError | null = null
  let isDone = false
  // The parser's own reading of names stops at U+00FF; the raw header does not.
  const nameOf = ({ headers: own }: PartInfo) =>
    parseContentDisposition([own['content-disposition'] ?? ''].flat().join(';'))
  const parser = make({
    headers: { 'content-type': contentType },
    maxParts: MAX_PARTS,
    maxFieldSize: MAX_FIELD_BYTES,
    maxPartSize: Number.POSITIVE_INFINITY,
    maxTotalSize: Number.POSITIVE_INFINITY, // the consumer counts the file's bytes as they pass
    isFile: (info) => isFile(nameOf(info)),
    onField: (info, value) => {
      queue.push({ kind: 'field', name: nameOf(info).name, value: decodeText(value) })
    },
    onFile: (info) => {
      queue.push({ kind: 'file', ...nameOf(info) })
      return (bytes) => {
        // The parser reuses nothing, but slices what it was given: copy before the next read.
        queue.push(bytes === null ? { kind: 'end' } : { kind: 'chunk', bytes: bytes.slice() })
      }
    },
    onError: (error) => {
      refusal ??= refusalOf(error)
    },
    onDone: () => {
      isDone = true
    },
  })

  const reader = request.body.getReader()
  let sizeBytes = 0
  try {
    const startedAt = Date.now()
    while (!isDone) {
      const { value, done } = await readOrRefuse(reader)
      sizeBytes += value?.byteLength ?? 0
      if (!done) refuseSlowness(sizeBytes, Date.now() - startedAt)
      if (sizeBytes > maxBytes)
        throw new ApiError('uploadTooLarge', 'the form is larger than any image may be')
      feed(parser, done ? null : value)
      yield* queue.splice(0)
      if (refusal !== null) throw refusal
      if (done) break
    }
  } finally {
    reader.releaseLock() // whoever refuses the form may still want to drain it
  }
}

/** Text as UTF-8, exactly. @throws ApiError `badRequest`: replaced characters would make two ids one */
function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    throw new ApiError('badRequest', 'a text field is not valid UTF-8', { cause: error })
  }
}

/** The parser throws at a few malformed headers instead of reporting them. */
function feed(parser: Parser, bytes: Uint8Array | null): void {
  try {
    if (bytes === null) parser.end()
    else parser.write(bytes)
  } catch (error) {
    if (error instanceof ApiError) throw error
    throw new ApiError('badRequest', 'the form has a malformed part', { cause: error })
  }
}

/** 10 MB may take nearly nine minutes; what is slower only holds what others need. */
const MIN_BYTES_PER_SECOND = 20_000
const GRACE_MS = 20_000

function refuseSlowness(sizeBytes: number, elapsedMs: number): void {
  if (elapsedMs > GRACE_MS && sizeBytes / (elapsedMs / 1000) < MIN_BYTES_PER_SECOND) throw tooSlow()
}

const tooSlow = () =>
  new ApiError('uploadTooSlow', `it must keep up ${MIN_BYTES_PER_SECOND / 1000} kB a second`)

/** The next bytes, unless none come for as long as the grace lasts. */
async function readOrRefuse(reader: ReadableStreamDefaultReader<Uint8Array>) {
  const timer = new AbortController()
  const stall = scheduler.wait(GRACE_MS, { signal: timer.signal }).then(
    () => null,
    () => null, // aborted: the bytes came first
  )
  const read = reader.read().catch((error) => {
    throw new ApiError('uploadBroken', 'the connection ended before the form did', { cause: error })
  })
  read.catch(() => {}) // a read that lost the race may still be rejected
  const result = await Promise.race([read, stall])
  timer.abort()
  if (result !== null) return result
  await reader.cancel().catch(() => {}) // ends the read under way; its lock could not be released otherwise
  throw tooSlow()
}
