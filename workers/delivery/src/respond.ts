import { ApiError } from '@tintype/core'
import { allowsRange, matchesEtag } from './conditional.ts'
import type { Result, Unchanged } from './obtain-result.ts'
import { type ByteRange, parseRange, sliceBody } from './range.ts'
import { type Delivery, notModifiedHeaders, resultHeaders } from './response-headers.ts'

/** A body whose length the client is told beforehand, also when it is a stream. */
function sizedBody(
  body: Uint8Array | ReadableStream<Uint8Array>,
  sizeBytes: number,
): Uint8Array | ReadableStream<Uint8Array> {
  return body instanceof Uint8Array ? body : body.pipeThrough(new FixedLengthStream(sizeBytes))
}

function rangeOf(request: Request, { etag, sizeBytes }: Result): ByteRange | 'whole' | 'unsatisfiable' {
  if (request.method !== 'GET' || !allowsRange(request.headers.get('if-range'), etag)) return 'whole'
  return parseRange(request.headers.get('range'), sizeBytes)
}

async function cancelBody({ body }: Result): Promise<void> {
  if (body instanceof ReadableStream) await body.cancel()
}

/**
 * Turn an outcome into the answer that this request asks for: 304, 206, 200, or its headers alone.
 * @throws ApiError `rangeNotSatisfiable`, naming the size
 */
export async function respond(
  request: Request,
  outcome: Result | Unchanged,
  held: 'any' | readonly string[],
  delivery: Delivery,
): Promise<Response> {
  if (outcome.kind === 'unchanged')
    return new Response(null, { status: 304, headers: notModifiedHeaders(outcome, delivery) })
  if (matchesEtag(held, outcome.etag)) {
    await cancelBody(outcome)
    return new Response(null, { status: 304, headers: notModifiedHeaders(outcome, delivery) })
  }
  const headers = resultHeaders(outcome, delivery)
  if (request.method === 'HEAD') {
    await cancelBody(outcome)
    return new Response(null, { headers })
  }
  const range = rangeOf(request, outcome)
  if (range === 'whole') return new Response(sizedBody(outcome.body, outcome.sizeBytes), { headers })
  if (range === 'unsatisfiable') {
    await cancelBody(outcome)
    throw new ApiError('rangeNotSatisfiable', null, {
      headers: { 'content-range': `bytes */${outcome.sizeBytes}` },
    })
  }
  const { offset, length } = range
  headers.set('content-length', String(length))
  headers.set('content-range', `bytes ${offset}-${offset + length - 1}/${outcome.sizeBytes}`)
  return new Response(sizedBody(sliceBody(outcome.body, range), length), { status: 206, headers })
}
