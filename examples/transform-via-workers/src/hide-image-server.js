import { fetch } from './tintype.js'

/** Visitors see this Worker's URL alone; where the picture really is, nobody learns. */
export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url)
    const hidden = `${env.IMAGE_ORIGIN}/hidden-directory${pathname}`
    return fetch(hidden, { cf: { image: { width: 640 } } })
  },
}
