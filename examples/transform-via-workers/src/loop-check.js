import { fetch } from './tintype.js'

/**
 * For a Worker on a path that also holds the originals: the request by which a picture is fetched to be transformed comes
 * through here as well, and must go on to the origin.
 */
export default {
  async fetch(request, env) {
    const imageURL = env.IMAGE_ORIGIN + new URL(request.url).pathname
    if (/image-resizing/.test(request.headers.get('via') ?? '')) return fetch(imageURL)
    return fetch(imageURL, { cf: { image: { width: 320 } } })
  },
}
