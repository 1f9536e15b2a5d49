import { ApiError, type ErrorKind } from '@tintype/core'

/** What the platform's own answers for a host that can't be reached mean; a host can't send them itself any better. */
const STATUSES: ReadonlyMap<number, ErrorKind> = new Map([
  [400, 'sourceBadRequest'],
  [404, 'sourceNotFound'],
  [521, 'sourceUnreachable'],
  [522, 'sourceConnectTimeout'],
  [523, 'sourceUnreachable'],
  [524, 'sourceTimeout'],
  [530, 'sourceNameUnknown'],
])

/** The failure that an answer is. @param status anything but a picture, a confirmation or a redirect */
export function refusalOfStatus(status: number): ApiError {
  const known = STATUSES.get(status)
  if (known !== undefined) return new ApiError(known)
  if (status >= 500) return new ApiError('sourceServerError')
  if (status >= 400) return new ApiError('sourceDenied', `it answered ${status}`)
  return new ApiError('sourceFetchFailed', `it answered ${status}`)
}

/** Runtimes say in words why there is no answer. The words only choose between 9400s: none is worse than another. */
export function refusalOfFailure(cause: unknown): ApiError {
  const text = cause instanceof Error ? cause.message : String(cause)
  if (/dns|not resolve|name not found/i.test(text)) return new ApiError('sourceNameUnknown', null, { cause })
  if (/refused|unreachable|no route/i.test(text)) return new ApiError('sourceUnreachable', null, { cause })
  if (/connection lost|disconnect|reset|prematurely|closed/i.test(text))
    return new ApiError('sourceCut', null, { cause })
  return new ApiError('sourceFetchFailed', null, { cause })
}
