import { signS3Request } from './sign-s3-request.js'
import { fetch } from './tintype.js'

/** A private bucket. Whoever sets `origin-auth` accepts that the results lie in a public cache. */
export default {
  async fetch(request, env) {
    const imageURL = `${env.IMAGE_ORIGIN}/private${new URL(request.url).pathname}`
    const headers = await signS3Request(imageURL, {
      accessKeyId: env.ACCESS_KEY_ID,
      secretAccessKey: env.SECRET_ACCESS_KEY,
      region: 'auto',
      now: new Date(),
    })
    headers.accept = request.headers.get('accept') ?? '*/*'
    return fetch(imageURL, {
      headers,
      cf: { image: { format: 'auto', width: 320, 'origin-auth': 'share-publicly' } },
    })
  },
}
