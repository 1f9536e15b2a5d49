import { fetch } from './tintype.js'

/** A watermark over all of the picture, and a logo of a quarter of its width in the corner. */
export default {
  async fetch(request, env) {
    return fetch(env.IMAGE_ORIGIN + new URL(request.url).pathname, {
      cf: {
        image: {
          width: 400,
          draw: [
            { url: `${env.IMAGE_ORIGIN}/watermark.png`, repeat: true, opacity: 0.2 },
            { url: `${env.IMAGE_ORIGIN}/logo.png`, width: 0.25, bottom: 5, right: 5 },
          ],
        },
      },
    })
  },
}
