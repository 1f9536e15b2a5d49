import { type ApiError, ERRORS } from '@tintype/core'
import { MethodNotAllowed } from './method-not-allowed.ts'

/** The envelope of a success. Rule: docs/parity.md#envelope. */
export const success = <T>(result: T) => ({ success: true, errors: [], messages: [], result }) as const

/** The envelope of a failure. Front-door refusals of a credential's form carry their chain. */
export const failure = ({ kind, message }: ApiError) => {
  const { code } = ERRORS[kind]
  const chain =
    kind === 'malformedCredentials'
      ? { error_chain: [{ code: 6111, message: 'Invalid format for Authorization header' }] }
      : {}
  return { success: false, errors: [{ code, message, ...chain }], messages: [], result: null } as const
}

/** Headers that shape what the official clients do next. */
export function failureHeaders(error: ApiError): Record<string, string> {
  const { kind } = error
  const { status } = ERRORS[kind]
  if (error instanceof MethodNotAllowed) return { allow: error.allow }
  // They retry a 409 twice unless told not to: a duplicate id stays one, and a busy one may be free again.
  if (kind === 'ticketBusy' || kind === 'idBusy') return { 'retry-after': '5' }
  if (status === 409) return { 'x-should-retry': 'false' }
  if (status === 429 || status === 503) return { 'retry-after': '2' }
  return {}
}
