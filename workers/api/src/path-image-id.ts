import { ApiError } from '@tintype/core'

/**
 * The image id in an API path: every segment after `images/v1/`, decoded once. Older clients leave `/` raw, newer ones
 * send `%2F`; both name the same image.
 * @param rawPath percent-encoded, as `URL.pathname` gives it
 * @throws ApiError `imageNotFound` for text that can't be an id
 */
export function parsePathImageId(rawPath: string, suffix = ''): string {
  const start = rawPath.indexOf('/images/v1/') + '/images/v1/'.length
  const encoded = rawPath.slice(start, rawPath.length - suffix.length)
  try {
    return encoded.split('/').map(decodeURIComponent).join('/')
  } catch {
    throw new ApiError('imageNotFound')
  }
}
