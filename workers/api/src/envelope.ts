import { type ApiError, ERRORS } from '@tintype/core'

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
export function failureHeaders({ kind }: ApiError): Record<string, string> {
  const { status } = ERRORS[kind]
  // They retry a 409 twice unless told not to: a duplicate id stays one.
  if (status === 409) return { 'x-should-retry': 'false' }
  if (status === 429 || status === 503) return { 'retry-after': '2' }
  return {}
}
