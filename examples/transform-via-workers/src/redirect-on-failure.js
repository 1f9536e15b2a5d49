import { fetch } from './tintype.js'

/** A picture that cannot be transformed is shown as it is. Think twice where originals are very large. */
export default {
  async fetch(request, env) {
    const imageURL = env.IMAGE_ORIGIN + new URL(request.url).pathname
    const response = await fetch(imageURL, { cf: { image: { width: 320 } } })
    // A 304 is no failure: it counts as redirected.
    if (response.ok || response.redirected) return response
    return Response.redirect(imageURL, 307)
  },
}
