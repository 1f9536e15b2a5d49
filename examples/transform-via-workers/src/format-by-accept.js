import { fetch } from './tintype.js'

/** The best format that the visitor's browser names. */
function formatFor(accept) {
  if (accept.includes('image/avif')) return 'avif'
  if (accept.includes('image/webp')) return 'webp'
  return undefined // JPEG, or PNG where the picture needs it
}

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url)
    const format = formatFor(request.headers.get('accept') ?? '')
    const response = await fetch(env.IMAGE_ORIGIN + pathname, { cf: { image: { width: 320, format } } })
    // Caches on the way must not give one browser's format to another.
    const answer = new Response(response.body, response)
    answer.headers.set('vary', 'accept')
    return answer
  },
}
