import { ApiError, FORMATS, type ImageRecord } from '@tintype/core'
import { Hono } from 'hono'
import type { ApiContext, ApiEnv } from '../api-env.ts'
import { success } from '../envelope.ts'
import { methodNotAllowed } from '../method-not-allowed.ts'
import { parsePathImageId } from '../path-image-id.ts'
import { presentImage } from '../present-image.ts'
import { readJsonObject } from '../read-body.ts'
import { createDirectUpload, createDirectUploadFromJson, type Ticket } from '../upload/direct-upload.ts'
import { uploadImage } from '../upload/upload-image.ts'

const MAX_PER_PAGE = 10_000
const DEFAULT_PER_PAGE = 1000
/** The account's quota, as the statistics show it. Not enforced: storage is the owner's own. */
const ALLOWED_IMAGES = 1_000_000

/** A whole id, slashes and line separators included: `.` would leave the latter out. */
const ID = ':id{[\\s\\S]+}'

const accountOf = (c: ApiContext) => c.req.param('accountId') as string

/** Images as clients see them: with an absolute URL for each of the account's variants. */
async function presenterOf(c: ApiContext, accountId: string): Promise<(record: ImageRecord) => object> {
  const services = c.get('services')
  const authority = services.authority(accountId)
  // Not the edge document: its purge log may be long, and this runs for every answer that shows an image.
  const [identity, variants] = await Promise.all([authority.identity(), authority.listVariants()])
  if (identity === null) throw new ApiError('insufficientRights')
  const origin = services.deliveryBaseUrl ?? new URL(c.req.url).origin
  const names = variants.map(({ id }) => id)
  return (record) => presentImage(record, `${origin}/${identity.accountHash}`, names)
}

/** A whole number of the query, held between 1 and `max`; `otherwise` when absent. */
function countOf(c: ApiContext, name: string, otherwise: number, max: number): number {
  const text = c.req.query(name)
  if (text === undefined || text === '') return otherwise
  if (!/^\d{1,9}$/.test(text)) throw new ApiError('badRequest', `"${name}" must be a whole number`)
  return Math.min(Math.max(Number(text), 1), max)
}

async function presentTicket(c: ApiContext, ticket: Ticket) {
  const services = c.get('services')
  const identity = await services.authority(accountOf(c)).identity()
  const origin = services.deliveryBaseUrl ?? new URL(c.req.url).origin
  // Exactly two segments, whatever the id: clients read the account hash from the first.
  return { id: ticket.id, uploadURL: `${origin}/${identity?.accountHash}/${encodeURIComponent(ticket.id)}` }
}

/** `/accounts/:accountId/images`: upload, list, details, original, delete, statistics, direct uploads. */
export const imageRoutes = new Hono<ApiEnv>()
  .post('/v1', async (c) => {
    const accountId = accountOf(c)
    const record = await uploadImage(c.req.raw, accountId, c.get('services'))
    const present = await presenterOf(c, accountId)
    return c.json(success(present(record)))
  })
  .get('/v1', async (c) => {
    const accountId = accountOf(c)
    const limit = countOf(c, 'per_page', DEFAULT_PER_PAGE, MAX_PER_PAGE)
    const offset = (countOf(c, 'page', 1, 1_000_000) - 1) * limit
    const creator = c.req.query('creator')
    const query = { offset, limit, ...(creator === undefined ? {} : { creator }) }
    const records = await c.get('services').images(accountId).list(query)
    const present = await presenterOf(c, accountId)
    return c.json(success({ images: records.map(present) }))
  })
  .get('/v1/stats', async (c) => {
    const current = await c.get('services').images(accountOf(c)).count()
    return c.json(success({ count: { current, allowed: ALLOWED_IMAGES } }))
  })
  .post('/v1/direct_upload', async (c) => {
    const ticket = await createDirectUploadFromJson(
      await readJsonObject(c.req.raw),
      accountOf(c),
      c.get('services'),
    )
    return c.json(success(await presentTicket(c, ticket)))
  })
  .post('/v2/direct_upload', async (c) => {
    const ticket = await createDirectUpload(c.req.raw, accountOf(c), c.get('services'))
    return c.json(success(await presentTicket(c, ticket)))
  })
  .get(`/v1/${ID}/blob`, async (c) => {
    const services = c.get('services')
    const record = await services
      .images(accountOf(c))
      .get(parsePathImageId(new URL(c.req.url).pathname, '/blob'))
    const blob = record?.blobKey && record.state === 'ready' ? await services.blobs.get(record.blobKey) : null
    if (blob === null || record?.source == null) throw new ApiError('imageNotFound')
    return c.body(blob.body, 200, {
      'content-type': FORMATS[record.source.format].mime,
      'content-length': String(blob.info.sizeBytes),
      'x-content-type-options': 'nosniff',
    })
  })
  .get(`/v1/${ID}`, async (c) => {
    const accountId = accountOf(c)
    const record = await c
      .get('services')
      .images(accountId)
      .get(parsePathImageId(new URL(c.req.url).pathname))
    if (record === null) throw new ApiError('imageNotFound')
    const present = await presenterOf(c, accountId)
    return c.json(success(present(record)))
  })
  .delete(`/v1/${ID}`, async (c) => {
    const wasThere = await c
      .get('services')
      .images(accountOf(c))
      .remove(parsePathImageId(new URL(c.req.url).pathname))
    if (!wasThere) throw new ApiError('imageNotFound')
    return c.json(success({}))
  })
  .all('/v1', methodNotAllowed('GET, POST'))
  .all('/v1/stats', methodNotAllowed('GET'))
  .all('/v1/direct_upload', methodNotAllowed('POST'))
  .all('/v2/direct_upload', methodNotAllowed('POST'))
  .all('/v1/*', methodNotAllowed('GET, DELETE'))
