import { fetch } from './tintype.js'

/** A picture that cannot be transformed is replaced by another one, untransformed. */
export default {
  async fetch(request, env) {
    const imageURL = env.IMAGE_ORIGIN + new URL(request.url).pathname
    const response = await fetch(imageURL, { cf: { image: { width: 320 } } })
    if (response.ok || response.redirected) return response
    return fetch(`${env.IMAGE_ORIGIN}/placeholder.png`)
  },
}
