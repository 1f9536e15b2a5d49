import { readClient } from './client.ts'
import { findHosted } from './hosted.ts'
import { obtainResult } from './obtain-result.ts'
import { respond } from './respond.ts'
import type { Services } from './services.ts'

/**
 * Answer a GET or HEAD of a delivery URL. Access is decided before anything is looked up where the id states it, and
 * before a byte is answered everywhere.
 * @throws ApiError of the 9400s; docs/parity.md#delivery-errors
 */
export async function deliver(services: Services, request: Request): Promise<Response> {
  const place = services.crowd.enter()
  try {
    await services.crowd.yieldIfLarge()
    const client = readClient(request)
    const subject = await findHosted(services, new URL(request.url), client.hints)
    const outcome = await obtainResult(services, subject, client)
    return await respond(client, outcome, subject, services.now())
  } finally {
    place.release()
  }
}
