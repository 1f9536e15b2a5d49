export interface ByteRange {
  readonly offset: number
  readonly length: number
}

const SINGLE_RANGE = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i

/**
 * One byte range of a body (RFC 9110 §14).
 * @returns `'whole'` where the header is absent, asks for several ranges, or can't be read
 */
export function parseRange(header: string | null, sizeBytes: number): ByteRange | 'whole' | 'unsatisfiable' {
  const [, first = '', last = ''] = header?.match(SINGLE_RANGE) ?? []
  if (first === '' && last === '') return 'whole'
  if (first === '') {
    const length = Math.min(Number(last), sizeBytes)
    return length === 0 ? 'unsatisfiable' : { offset: sizeBytes - length, length }
  }
  const offset = Number(first)
  const end = last === '' ? sizeBytes : Number(last) + 1
  if (end <= offset && last !== '') return 'whole' // backwards: not a range at all
  if (offset >= sizeBytes) return 'unsatisfiable'
  return { offset, length: Math.min(end, sizeBytes) - offset }
}

/** That part of a body. A stream is passed on as it comes, and left as soon as the part is complete. */
export function sliceBody(
  body: Uint8Array | ReadableStream<Uint8Array>,
  { offset, length }: ByteRange,
): Uint8Array | ReadableStream<Uint8Array> {
  if (body instanceof Uint8Array) return body.subarray(offset, offset + length)
  let position = 0
  const slice = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      const start = Math.max(offset - position, 0)
      const end = Math.min(offset + length - position, chunk.length)
      if (start < end) controller.enqueue(chunk.subarray(start, end))
      position += chunk.length
      if (position >= offset + length) controller.terminate()
    },
  })
  return body.pipeThrough(slice)
}
