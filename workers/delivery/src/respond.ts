import { ApiError } from '@tintype/core'
import type { Client } from './client.ts'
import { allowsRange, matchesEtag } from './conditional.ts'
import { cancelBody, type Outcome, type Result } from './obtain-result.ts'
import { type ByteRange, parseRange, sliceBody } from './range.ts'
import { notModifiedHeaders, resultHeaders } from './response-headers.ts'
import type { Subject } from './subject.ts'

/** A body whose length the client is told beforehand, also when it is a stream. */
function sizedBody(
  body: Uint8Array | ReadableStream<Uint8Array>,
  sizeBytes: number,
): Uint8Array | ReadableStream<Uint8Array> {
  return body instanceof Uint8Array ? body : body.pipeThrough(new FixedLengthStream(sizeBytes))
}

function rangeOf(
  { range, ifRange }: Client,
  { etag, sizeBytes }: Result,
): ByteRange | 'whole' | 'unsatisfiable' {
  return allowsRange(ifRange, etag) ? parseRange(range, sizeBytes) : 'whole'
}

/**
 * Turn an outcome into the answer that this client asked for: 304, 206, 200, or its headers alone.
 * @param now epoch milliseconds
 * @throws ApiError `rangeNotSatisfiable`, naming the size
 */
export async function respond(
  client: Client,
  outcome: Outcome,
  subject: Subject,
  now: number,
): Promise<Response> {
  if (outcome.kind === 'unchanged') {
    return new Response(null, { status: 304, headers: notModifiedHeaders(outcome, subject, now) })
  }
  if (matchesEtag(client.heldEtags, outcome.etag)) {
    await cancelBody(outcome)
    return new Response(null, { status: 304, headers: notModifiedHeaders(outcome, subject, now) })
  }
  const headers = resultHeaders(outcome, subject, now)
  if (client.isHead) {
    await cancelBody(outcome)
    return new Response(null, { headers })
  }
  const range = rangeOf(client, outcome)
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
