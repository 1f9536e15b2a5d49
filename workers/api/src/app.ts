import { ApiError, ERRORS, parsePathHexId, parsePurgeRequest, toApiError } from '@tintype/core'
import { Hono } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { ApiContext, ApiEnv } from './api-env.ts'
import { authenticate, requireRight } from './authenticate.ts'
import { failure, failureHeaders, success } from './envelope.ts'
import { MethodNotAllowed, methodNotAllowed } from './method-not-allowed.ts'
import { readJsonObject } from './read-body.ts'
import { adminRoutes } from './routes/admin.ts'
import { configRoutes } from './routes/config.ts'
import { imageRoutes } from './routes/images.ts'
import { signingKeyRoutes } from './routes/signing-keys.ts'
import { corsHeaders, uploadUrlRoutes } from './routes/upload-url.ts'
import { variantRoutes } from './routes/variants.ts'
import { listTransformations, zoneSettingRoutes } from './routes/zone-settings.ts'
import { createServices } from './services.ts'

const rightFor = (method: string) => (method === 'GET' || method === 'HEAD' ? 'read' : 'write')

/** One account's routes. Credentials come first, then the path's form, then whether the two belong together. */
const accountTree = new Hono<ApiEnv>()
  .use('/:accountId/*', async (c, next) => {
    const caller = await authenticate(c.req.raw.headers, c.get('services'))
    requireRight(caller, parsePathHexId(c.req.param('accountId')), rightFor(c.req.method))
    await next()
  })
  .route('/:accountId/images/v1/variants', variantRoutes)
  .route('/:accountId/images/v1/keys', signingKeyRoutes)
  .route('/:accountId/images/v1/config', configRoutes)
  .route('/:accountId/images', imageRoutes)
  .get('/:accountId/settings/transformations', listTransformations)

/** Purge and settings, as the zone's endpoints. A zone that is not the caller's looks the same as one that does not exist. */
const zoneTree = new Hono<ApiEnv>()
  .post('/:zoneId/purge_cache', async (c) => {
    const services = c.get('services')
    const caller = await authenticate(c.req.raw.headers, services)
    const zoneId = parsePathHexId(c.req.param('zoneId'))
    const authority = services.authority(caller.accountId)
    const identity = await authority.identity()
    requireRight(caller, identity?.zoneId === zoneId ? caller.accountId : undefined, 'write')
    await authority.purge(parsePurgeRequest(await readJsonObject(c.req.raw)))
    return c.json(success({ id: zoneId }))
  })
  .all('/:zoneId/purge_cache', methodNotAllowed('POST'))
  .route('/:zoneId/settings', zoneSettingRoutes)

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
    // Answers hold tokens' rights, keys and drafts: nothing on the way may keep them, or guess another type.
    c.res.headers.set('cache-control', 'no-store')
    c.res.headers.set('x-content-type-options', 'nosniff')
  })
  .route('/client/v4', rest)
  .route('/admin', adminRoutes)
  .route('/', rest)
  .route('/', uploadUrlRoutes)

const UPLOAD_URL = /^\/[A-Za-z0-9_-]{22}\//
const isUploadUrl = (c: ApiContext): boolean => UPLOAD_URL.test(new URL(c.req.url).pathname)

app.notFound((c) =>
  answer(c, isUploadUrl(c) ? new MethodNotAllowed('POST, OPTIONS') : new ApiError('noSuchRoute')),
)
app.onError((error, c) => {
  const known = toApiError(error)
  if (ERRORS[known.kind].status >= 500) console.error(known.cause ?? known)
  return answer(c, known)
})

function answer(c: ApiContext, error: ApiError): Response {
  // Widgets only see an error that names their origin.
  const cors = isUploadUrl(c) ? corsHeaders(c.req.raw) : {}
  // Delivery's own statuses, such as 522, are unknown to hono's types; none of them comes here.
  const status = ERRORS[error.kind].status as ContentfulStatusCode
  return c.json(failure(error), status, { ...cors, ...failureHeaders(error) })
}
