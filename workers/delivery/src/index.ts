import {
  ApiError,
  ERRORS,
  isAccountHash,
  SOURCE_REFUSALS,
  TRANSFORM_PREFIXES,
  toApiError,
} from '@tintype/core'
import { type Context, Hono } from 'hono'
import { deliver, deliverRemote } from './deliver.ts'
import type { Env } from './env.ts'
import { DELIVERY_METHODS, errorResponse, plainResponse, preflightResponse } from './response-headers.ts'
import { createServices } from './services.ts'
import { transformByHttp } from './transform-route.ts'

export { TransformService } from './transform-entrypoint.ts'

type DeliveryContext = Context<{ Bindings: Env }>

const ABOUT = `Tintype: images on your own account.

Images are delivered from /<account_hash>/<image_id>/<variant>, pictures of other hosts from
/image/<options>/<source>; the REST API is under /client/v4.
`
const API_PATHS = ['/client/v4/*', '/accounts/*', '/zones/*', '/user/*', '/admin/*']
/** First segments that later parts of the project answer; none of them can be an account's hash. */
const RESERVED_PATHS = [
  ...['client', 'batch', 'upload', 'metrics', 'healthz', 'docs'].map((segment) => `/${segment}/*`),
  '/openapi.json',
]

/** The API Worker shares this host: it gets the request as it came. */
const forwardToApi = (c: DeliveryContext): Promise<Response> => c.env.API.fetch(c.req.raw)
/** Direct creator uploads go to `/<account_hash>/<ticket>`, where nothing is ever delivered; the API answers by method. */
function isUploadUrl(url: string): boolean {
  const [, hash = '', ticket = '', ...rest] = new URL(url).pathname.split('/')
  return isAccountHash(hash) && ticket !== '' && rest.length === 0
}
/** A page for those who develop; where it is not bound, it does not exist. */
const forwardToPlayground = (c: DeliveryContext): Promise<Response> =>
  c.env.PLAYGROUND?.fetch(c.req.raw) ?? noSuchPage()
const noSuchPage = (): never => {
  throw new ApiError('noSuchPage')
}

const app = new Hono<{ Bindings: Env }>()

for (const prefix of ['/client/v4', '']) {
  app.post(`${prefix}/accounts/:accountId/images/transform`, (c) =>
    transformByHttp(c.req.raw, c.req.param('accountId'), c.env, c.executionCtx),
  )
}
for (const path of API_PATHS) app.all(path, forwardToApi)
for (const path of ['/playground', '/playground/*']) app.all(path, forwardToPlayground)
app.get('/', () => plainResponse(ABOUT))
app.get('/healthz', () => plainResponse('ok'))
for (const path of RESERVED_PATHS) app.get(path, noSuchPage)
for (const prefix of TRANSFORM_PREFIXES) {
  app.get(`${prefix}/*`, (c) => deliverRemote(createServices(c.env, c.executionCtx), c.req.raw))
}
app.get('*', (c) => deliver(createServices(c.env, c.executionCtx), c.req.raw))
app.all('*', (c) => {
  if (isUploadUrl(c.req.url)) return forwardToApi(c)
  if (c.req.method === 'OPTIONS') return preflightResponse(c.req.raw)
  throw new ApiError('deliveryMethodNotAllowed', null, { headers: { allow: DELIVERY_METHODS } })
})

app.onError((error) => {
  const known = toApiError(error, 'deliveryInternal')
  // What other hosts do wrong is no fault of ours, and nobody may fill a log with it.
  if (ERRORS[known.kind].status >= 500 && !SOURCE_REFUSALS.has(known.kind))
    console.error(known.cause ?? known)
  return errorResponse(known)
})

export default app
