import { fetch } from './tintype.js'

const WIDTHS = new Map([
  ['small', 300],
  ['medium', 600],
  ['large', 900],
])

/** `/images/<preset>/<rest>`: sizes have names, and no other size can be had. */
export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url)
    const [, preset, rest] = /^\/images\/([^/]+)\/(.+)$/.exec(pathname) ?? []
    const width = WIDTHS.get(preset)
    if (width === undefined) return new Response('There is no such size\n', { status: 404 })
    return fetch(`${env.IMAGE_ORIGIN}/bucket/${rest}`, { cf: { image: { width } } })
  },
}
