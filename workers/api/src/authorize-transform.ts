import { type ApiError, ERRORS, parsePathHexId, toApiError } from '@tintype/core'
import { authenticate, requireRight } from './authenticate.ts'
import { failure, failureHeaders } from './envelope.ts'
import type { Services } from './services.ts'

/** Whose zone a caller may transform in, or the answer that tells why in none. */
export type TransformGrant =
  | { readonly ok: true; readonly accountHash: string }
  | { readonly ok: false; readonly refusal: Response }

/** Whether the credentials of a request to transform by HTTP may read the account that its path names. */
export async function authorizeTransform(
  headers: Headers,
  pathAccountId: string,
  services: Services,
): Promise<TransformGrant> {
  try {
    const caller = await authenticate(headers, services)
    requireRight(caller, parsePathHexId(pathAccountId), 'read')
    const identity = await services.authority(caller.accountId).identity()
    if (identity === null) throw new Error('An account that has tokens has no identity')
    return { ok: true, accountHash: identity.accountHash }
  } catch (error) {
    return { ok: false, refusal: refuse(toApiError(error)) }
  }
}

function refuse(error: ApiError): Response {
  const { status } = ERRORS[error.kind]
  if (status >= 500) console.error(error.cause ?? error)
  return Response.json(failure(error), {
    status,
    headers: { ...failureHeaders(error), 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' },
  })
}
