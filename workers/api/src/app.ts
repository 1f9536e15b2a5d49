import { ApiError, ERRORS, parsePathHexId, parsePurgeRequest, toApiError } from '@tintype/core'
import { Hono } from 'hono'
import type { ApiContext, ApiEnv } from './api-env.ts'
import { authenticate, requireRight } from './authenticate.ts'
import { failure, failureHeaders, success } from './envelope.ts'
import { readJsonObject } from './read-body.ts'
import { adminRoutes } from './routes/admin.ts'
import { imageRoutes } from './routes/images.ts'
import { signingKeyRoutes } from './routes/signing-keys.ts'
import { corsHeaders, uploadUrlRoutes } from './routes/upload-url.ts'
import { variantRoutes } from './routes/variants.ts'
import { createServices } from './services.ts'

const rightFor = (method: string) => (method === 'GET' || method === 'HEAD' ? 'read' : 'write')
const methodNotAllowed = (): never => {
  throw new ApiError('methodNotAllowed')
}

/** One account's routes. Credentials come first, then the path's form, then whether the two belong together. */
const accountTree = new Hono<ApiEnv>()
  .use('/:accountId/*', async (c, next) => {
    const caller = await authenticate(c.req.raw.headers, c.get('services'))
    requireRight(caller, parsePathHexId(c.req.param('accountId')), rightFor(c.req.method))
    await next()
  })
  .route('/:accountId/images/v1/variants', variantRoutes)
  .route('/:accountId/images/v1/keys', signingKeyRoutes)
  .route('/:accountId/images', imageRoutes)
  .all('/:accountId/images/v1/*', methodNotAllowed)
  .all('/:accountId/images/v1', methodNotAllowed)
  .all('/:accountId/images/v2/direct_upload', methodNotAllowed)

/** Purge, as the zone's endpoint. A zone that is not the caller's looks the same as one that does not exist. */
const zoneTree = new Hono<ApiEnv>()
  .post('/:zoneId/purge_cache', async (c) => {
    const services = c.get('services')
    const caller = await authenticate(c.req.raw.headers, services)
    const zoneId = parsePathHexId(c.req.param('zoneId'))
    const account = await services.registry.byZone(zoneId)
    requireRight(caller, account?.accountId, 'write')
    const tags = parsePurgeRequest(await readJsonObject(c.req.raw))
    await services.authority(caller.accountId).purge(tags)
    return c.json(success({ id: zoneId }))
  })
  .all('/:zoneId/purge_cache', methodNotAllowed)

/** What clients call to find out who they are. */
const callerTree = new Hono<ApiEnv>()
  .get('/accounts', async (c) => {
    const caller = await authenticate(c.req.raw.headers, c.get('services'))
    const identity = await c.get('services').authority(caller.accountId).identity()
    return c.json(success(identity === null ? [] : [{ id: identity.accountId, name: identity.name }]))
  })
  .get('/user/tokens/verify', async (c) => {
    await authenticate(c.req.raw.headers, c.get('services'))
    return c.json(success({ status: 'active' }))
  })

const rest = new Hono<ApiEnv>()
  .route('/', callerTree)
  .route('/accounts', accountTree)
  .route('/zones', zoneTree)

/** The REST tree stands under `/client/v4` and at the root, since a client's base URL decides the prefix. */
export const app = new Hono<ApiEnv>()
  .use(async (c, next) => {
    c.set('services', createServices(c.env))
    await next()
  })
  .route('/client/v4', rest)
  .route('/admin', adminRoutes)
  .route('/', rest)
  .route('/', uploadUrlRoutes)

const UPLOAD_URL = /^\/[A-Za-z0-9_-]{22}\//

app.notFound((c) => {
  const kind = UPLOAD_URL.test(new URL(c.req.url).pathname) ? 'methodNotAllowed' : 'noSuchRoute'
  return answer(c, new ApiError(kind))
})
app.onError((error, c) => {
  const known = toApiError(error)
  if (ERRORS[known.kind].status >= 500) console.error(known.cause ?? known)
  return answer(c, known)
})

function answer(c: ApiContext, error: ApiError): Response {
  // Widgets only see an error that names their origin.
  const cors = UPLOAD_URL.test(new URL(c.req.url).pathname) ? corsHeaders(c.req.raw) : {}
  return c.json(failure(error), ERRORS[error.kind].status, { ...cors, ...failureHeaders(error) })
}
