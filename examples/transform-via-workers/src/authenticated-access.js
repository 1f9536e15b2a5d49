import { fetch } from './tintype.js'

/** An origin behind Cloudflare Access, opened with a service token. */
export default {
  async fetch(request, env) {
    return fetch(`${env.IMAGE_ORIGIN}/behind-access${new URL(request.url).pathname}`, {
      headers: {
        'cf-access-client-id': env.ACCESS_CLIENT_ID,
        'cf-access-client-secret': env.ACCESS_CLIENT_SECRET,
      },
      cf: { image: { width: 320, 'origin-auth': 'share-publicly' } },
    })
  },
}
