import {
  ApiError,
  allows,
  hashSecret,
  isEqualConstantTime,
  parseApiToken,
  type TokenRight,
} from '@tintype/core'
import type { Services } from './services.ts'

/** Who is calling. */
export interface Caller {
  readonly accountId: string
  readonly right: TokenRight
}

/** The credential of a request: a bearer token, or the same token as a global key (`X-Auth-Email` and `X-Auth-Key`). */
function readCredential(headers: Headers): string {
  const authorization = headers.get('authorization')
  if (authorization !== null) {
    const match = /^Bearer +(\S+) *$/i.exec(authorization)
    if (match === null) throw new ApiError('malformedCredentials')
    return match[1] as string
  }
  const key = headers.get('x-auth-key')
  if (key === null && headers.get('x-auth-email') === null) throw new ApiError('missingCredentials')
  if (key === null || headers.get('x-auth-email') === null) throw new ApiError('malformedCredentials')
  return key
}

/**
 * @throws ApiError `missingCredentials`, `malformedCredentials`, `unknownCredentials` for a token that nobody has,
 *   `rateLimited` when too many unknown accounts were named
 * Rule: docs/parity.md#front-door.
 */
export async function authenticate(headers: Headers, services: Services): Promise<Caller> {
  const text = readCredential(headers)
  const parsed = parseApiToken(text)
  if (parsed === null) throw new ApiError('unknownCredentials')
  // An invented account must not start an object: it would leave its storage behind.
  if (!(await services.accounts.has(parsed.accountId))) throw new ApiError('unknownCredentials')
  const row = await services.authority(parsed.accountId).token(parsed.tokenId)
  // An unknown token costs the same comparison as a wrong one.
  const isGenuine = isEqualConstantTime(await hashSecret(text), row?.hash ?? '0'.repeat(64))
  if (row === null || !isGenuine) throw new ApiError('unknownCredentials')
  return { accountId: parsed.accountId, right: row.right }
}

/** @throws ApiError `insufficientRights` unless the caller owns the account and may do that much in it */
export function requireRight(caller: Caller, accountId: string | undefined, needed: TokenRight): void {
  if (caller.accountId !== accountId || !allows(caller.right, needed))
    throw new ApiError('insufficientRights')
}
