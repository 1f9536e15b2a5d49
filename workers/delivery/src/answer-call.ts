import { credentialsOf, ERRORS, parseOptions, SOURCE_REFUSALS, toApiError } from '@tintype/core'
import { createCallParts, nameParts } from './call-parts.ts'
import { type Client, readClient } from './client.ts'
import { answerWith, inCrowd } from './deliver.ts'
import { findPart } from './part-subject.ts'
import { findRemote, openZone, refuseLoop } from './remote.ts'
import { errorResponse } from './response-headers.ts'
import type { Services } from './services.ts'
import type { Subject } from './subject.ts'
import { readTransformCall, type TransformCall } from './transform-call.ts'

/** What of a call's headers decides how it is answered. Nothing else of them is looked at, but credentials for the source. */
const ABOUT_CLIENT = [
  ...['accept', 'if-none-match', 'if-range', 'range'],
  ...['sec-ch-viewport-width', 'viewport-width', 'sec-ch-width', 'width', 'user-agent'],
]

/** A name that no zone can claim, so that the default one answers for it. */
const NO_HOST = 'call.invalid'

/**
 * Answer a call for a transformed picture, on the same path as `/image/<options>/<source>`. Failures are answers too.
 * @param given       a `TransformRequest` of `@tintype/fetch`, as it came
 * @param accountHash whose zone the caller may use; null for a caller who may name one
 */
export async function answerCall(
  services: Services,
  given: unknown,
  accountHash: string | null,
): Promise<Response> {
  const parts = createCallParts(services.blobs, () => crypto.randomUUID())
  try {
    const call = readTransformCall(given)
    refuseLoop(call.headers)
    return await inCrowd(services, async () => {
      const client = clientOf(call)
      return answerWith(services, client, await findSubject(services, call, accountHash, parts, client))
    })
  } catch (error) {
    const known = toApiError(error, 'deliveryInternal')
    // What other hosts do wrong is no fault of ours, and nobody may fill a log with it.
    if (ERRORS[known.kind].status >= 500 && !SOURCE_REFUSALS.has(known.kind))
      console.error(known.cause ?? known)
    return errorResponse(known)
  } finally {
    if (!parts.isEmpty()) services.defer(() => parts.removeAll())
  }
}

async function findSubject(
  services: Services,
  { source, image, headers, zone, cacheKey }: TransformCall,
  accountHash: string | null,
  parts: ReturnType<typeof createCallParts>,
  { hints }: Client,
): Promise<Subject> {
  const host = zone ?? NO_HOST
  const hash = accountHash ?? (await services.edge.readHost(host))
  // Whether there is a zone for it is known before a byte is put aside.
  const opened = await openZone(services, hash, host, source instanceof URL ? source : null)
  const options = parseOptions('object', await nameParts(image, parts))
  const credentials = credentialsOf(headers, options['origin-auth'])
  const subject =
    source instanceof URL
      ? await findRemote({ ...opened, source, options, cacheKey, credentials, warnings: [] }, hints)
      : await findPart(opened, await parts.add(source), options, hints)
  return {
    ...subject,
    // Whoever may call chooses for the account.
    author: 'account',
    async open() {
      const original = await subject.open()
      return original === null || parts.isEmpty() ? original : { ...original, parts: parts.keys() }
    },
  }
}

/** The client behind the call. */
function clientOf({ method, headers }: TransformCall): Client {
  const kept = new Headers()
  for (const name of ABOUT_CLIENT) {
    const value = headers.get(name)
    if (value !== null) kept.set(name, value)
  }
  return readClient(new Request(`https://${NO_HOST}/`, { method, headers: kept }))
}
