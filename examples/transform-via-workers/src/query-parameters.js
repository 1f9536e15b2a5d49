import { fetch } from './tintype.js'

const PASSED_ON = ['fit', 'width', 'height', 'quality']
const EXTENSIONS = /\.(?:jpe?g|png|gif|webp)$/i

const refuse = (status, reason) => new Response(`${reason}\n`, { status })

/** `?width=80&fit=cover&image=https://…`: options and source come from the query, after a look at both. */
export default {
  async fetch(request, env) {
    const { searchParams } = new URL(request.url)
    const image = {}
    for (const name of PASSED_ON) {
      if (searchParams.has(name)) image[name] = searchParams.get(name)
    }
    const accept = request.headers.get('accept') ?? ''
    if (accept.includes('image/avif')) image.format = 'avif'
    else if (accept.includes('image/webp')) image.format = 'webp'

    const imageURL = searchParams.get('image')
    if (imageURL === null) return refuse(400, 'Say which picture: ?image=…')
    if (!URL.canParse(imageURL)) return refuse(400, 'That is no URL of a picture')
    const { host, pathname } = new URL(imageURL)
    if (!EXTENSIONS.test(pathname)) return refuse(400, 'That is no kind of picture that is shown here')
    if (host !== new URL(env.IMAGE_ORIGIN).host)
      return refuse(403, 'Pictures of that host are not shown here')

    // The visitor's headers go along: `accept` and `if-none-match` have their effect, the rest stays here.
    return fetch(new Request(imageURL, { headers: request.headers }), { cf: { image } })
  },
}
