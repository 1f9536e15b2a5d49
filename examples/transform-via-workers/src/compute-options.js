import { fetch } from './tintype.js'

/** Source and options may follow from anything in the request: here, visitors who save data get a smaller file. */
export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url)
    const savesData = request.headers.get('save-data') === 'on'
    const image = savesData ? { width: 400, quality: 50 } : { width: 800, quality: 85 }
    return fetch(env.IMAGE_ORIGIN + pathname, { cf: { image } })
  },
}
