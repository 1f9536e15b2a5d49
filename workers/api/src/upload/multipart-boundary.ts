import { ApiError } from '@tintype/core'
import { parseHeaderParameters } from './header-parameters.ts'

/** RFC 2046 allows 70; what clients really send is shorter. */
const MAX_BOUNDARY_CHARACTERS = 200

const isPrintable = (character: string): boolean => character >= ' ' && character <= '~'

/** True when the request says that its body is a form. */
export function isMultipart(headers: Headers): boolean {
  const [type = ''] = (headers.get('content-type') ?? '').split(';', 1)
  return type.trim().toLowerCase() === 'multipart/form-data'
}

/**
 * The text between the parts of a form. Quoted or not, it may hold whatever RFC 2046 allows, `/`, `:` and `=` included:
 * mobile frameworks send them unquoted, and nobody could mean anything else.
 * @throws ApiError `notMultipart` when the request is no form, or names no boundary
 */
export function boundaryOf(headers: Headers): string {
  if (!isMultipart(headers)) throw new ApiError('notMultipart')
  const boundary = parseHeaderParameters(headers.get('content-type') ?? '')?.parameters.get('boundary') ?? ''
  if (boundary === '') throw new ApiError('notMultipart', 'the content type names no boundary')
  if (boundary.length > MAX_BOUNDARY_CHARACTERS)
    throw new ApiError('notMultipart', `the boundary is over ${MAX_BOUNDARY_CHARACTERS} characters`)
  if (![...boundary].every(isPrintable))
    throw new ApiError('notMultipart', 'the boundary holds characters that no boundary may have')
  return boundary
}
