import { toApiError } from '@tintype/core'
import { type Client, readClient } from './client.ts'
import { findHosted } from './hosted.ts'
import { obtainResult } from './obtain-result.ts'
import { fallbackOf, findRemote, openTransform, readTransformUrl } from './remote.ts'
import { respond } from './respond.ts'
import { redirectResponse } from './response-headers.ts'
import type { Services } from './services.ts'
import type { Subject } from './subject.ts'

/** Requests under way count, so that a crowd of them can let the event loop look around. */
export async function inCrowd(services: Services, answer: () => Promise<Response>): Promise<Response> {
  const place = services.crowd.enter()
  try {
    await services.crowd.yieldIfLarge()
    return await answer()
  } finally {
    place.release()
  }
}

/** Answer a client with what its subject becomes. */
export async function answerWith(services: Services, client: Client, subject: Subject): Promise<Response> {
  const outcome = await obtainResult(services, subject, client)
  return respond(client, outcome, subject, services.now())
}

/**
 * Answer a GET or HEAD of a delivery URL. Access is decided before anything is looked up where the id states it, and
 * before a byte is answered everywhere.
 * @throws ApiError of the 9400s; docs/parity.md#delivery-errors
 */
export const deliver = (services: Services, request: Request): Promise<Response> =>
  inCrowd(services, async () => {
    const client = readClient(request)
    return answerWith(services, client, await findHosted(services, new URL(request.url), client.hints))
  })

/**
 * Answer a GET or HEAD of `/image/<options>/<source>`. Whether the zone allows the source is decided before anything is
 * looked up, and again where it is fetched.
 * @throws ApiError of the 9400s and 9500s, unless the URL asks for the source in place of a failure
 */
export const deliverRemote = (services: Services, request: Request): Promise<Response> =>
  inCrowd(services, async () => {
    const transform = await openTransform(services, readTransformUrl(request))
    const client = readClient(request)
    try {
      return await answerWith(services, client, await findRemote(transform, client.hints))
    } catch (error) {
      const fallback = fallbackOf(transform)
      if (fallback === null) throw error
      return redirectResponse(fallback, toApiError(error, 'deliveryInternal'))
    }
  })
