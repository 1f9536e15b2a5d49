import { fetch } from './tintype.js'

const WIDEST = 1000

/** Who edits the URL to get the picture at its full size is refused. */
export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url)
    const width = Number.parseInt(searchParams.get('width') ?? '', 10)
    if (!(width >= 1)) return new Response('Say how wide the picture is to be\n', { status: 400 })
    if (width > WIDEST) {
      return new Response(`Pictures are shown up to ${WIDEST} pixels wide\n`, { status: 400 })
    }
    return fetch(env.IMAGE_ORIGIN + pathname, { cf: { image: { width } } })
  },
}
