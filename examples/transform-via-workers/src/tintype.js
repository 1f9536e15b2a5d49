import { env } from 'cloudflare:workers'
import { createFetch } from '@tintype/fetch'

/** `fetch`, with `cf.image` answered by the Tintype that wrangler.toml binds. */
export const fetch = createFetch(env.TINTYPE)
