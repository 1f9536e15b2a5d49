import { fetch } from './tintype.js'

/** The least there is: one picture, never larger than 800x600. */
export default {
  async fetch(_request, env) {
    return fetch(`${env.IMAGE_ORIGIN}/photo.jpg`, {
      cf: { image: { fit: 'scale-down', width: 800, height: 600 } },
    })
  },
}
