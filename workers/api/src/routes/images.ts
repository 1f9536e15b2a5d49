import { ApiError, FORMATS, type ImageRecord } from '@tintype/core'
import { Hono } from 'hono'
import type { ApiContext, ApiEnv } from '../api-env.ts'
import { success } from '../envelope.ts'
import { readImages, streamText } from '../image-list.ts'
import { methodNotAllowed } from '../method-not-allowed.ts'
import { parsePathImageId } from '../path-image-id.ts'
import { formatImage, presentImage } from '../present-image.ts'
import { readJsonObject } from '../read-body.ts'
import { requireStorage } from '../require-storage.ts'
import { createDirectUpload, createDirectUploadFromJson, type Ticket } from '../upload/direct-upload.ts'
import { uploadImage } from '../upload/upload-image.ts'

const MAX_PER_PAGE = 10_000
const DEFAULT_PER_PAGE = 1000
/** The account's quota, as the statistics show it. Not enforced: storage is the owner's own. */
const ALLOWED_IMAGES = 1_000_000

/** A whole id, slashes and line separators included: `.` would leave the latter out. */
const ID = ':id{[\\s\\S]+}'

const accountOf = (c: ApiContext) => c.req.param('accountId') as string

/** Origin and account hash. @throws ApiError `insufficientRights` for an account that has no identity */
async function readUrlBase(c: ApiContext, accountId: string): Promise<string> {
  const services = c.get('services')
  const identity = await services.authority(accountId).identity()
  if (identity === null) throw new ApiError('insufficientRights')
  return `${services.deliveryBaseUrl ?? new URL(c.req.url).origin}/${identity.accountHash}`
}

/** What an image's URLs are made of: origin and account hash, and the names of the account's variants. */
async function readUrlParts(c: ApiContext, accountId: string): Promise<[base: string, names: string[]]> {
  // Not the edge document: its purge log may be long, and this runs for every answer that shows an image.
  const variants = c.get('services').authority(accountId).listVariants()
  const [base, all] = await Promise.all([readUrlBase(c, accountId), variants])
  return [base, all.map(({ id }) => id)]
}

/** A whole number of the query, held between 1 and `max`; `otherwise` when absent. */
function countOf(c: ApiContext, name: string, otherwise: number, max: number): number {
  const text = c.req.query(name)
  if (text === undefined || text === '') return otherwise
  if (!/^\d{1,9}$/.test(text)) throw new ApiError('badRequest', `"${name}" must be a whole number`)
  return Math.min(Math.max(Number(text), 1), max)
}

/** The envelope with the images of a query, as JSON text that is written while it is read. */
async function* formatImages(
  records: AsyncGenerator<ImageRecord, void>,
  urlParts: [base: string, names: string[]],
): AsyncGenerator<string, void> {
  const [head, tail] = JSON.stringify(success({ images: ['@'] })).split('"@"') as [string, string]
  let separator = head
  for await (const record of records) {
    yield separator
    yield* formatImage(record, ...urlParts)
    separator = ','
  }
  yield separator === head ? head + tail : tail
}

/** Exactly two segments, whatever the id: clients read the account hash from the first. */
const presentTicket = ({ id }: Ticket, urlBase: string) => ({
  id,
  uploadURL: `${urlBase}/${encodeURIComponent(id)}`,
})

/** `/accounts/:accountId/images`: upload, list, details, original, delete, statistics, direct uploads. */
export const imageRoutes = new Hono<ApiEnv>()
  .post('/v1', async (c) => {
    const accountId = accountOf(c)
    const urlParts = await readUrlParts(c, accountId) // before anything is made: it may refuse
    await requireStorage(accountId, c.get('services'))
    const record = await uploadImage(c.req.raw, accountId, c.get('services'))
    return c.json(success(presentImage(record, ...urlParts)))
  })
  .get('/v1', async (c) => {
    const accountId = accountOf(c)
    const limit = countOf(c, 'per_page', DEFAULT_PER_PAGE, MAX_PER_PAGE)
    const passed = (countOf(c, 'page', 1, 1_000_000) - 1) * limit
    const creator = c.req.query('creator')
    const images = c.get('services').images(accountId)
    const [urlParts, after] = await Promise.all([
      readUrlParts(c, accountId),
      passed === 0 ? undefined : images.findNth(passed, creator),
    ])
    if (after === null) return c.json(success({ images: [] }))
    // A page may have 10,000 images, each with 100 URLs: it is written as it is read.
    const text = formatImages(readImages(images, { after, limit, creator }), urlParts)
    return c.body(await streamText(text), 200, { 'content-type': 'application/json' })
  })
  .get('/v1/stats', async (c) => {
    const current = await c.get('services').images(accountOf(c)).count()
    return c.json(success({ count: { current, allowed: ALLOWED_IMAGES } }))
  })
  .post('/v1/direct_upload', async (c) => {
    const accountId = accountOf(c)
    const urlBase = await readUrlBase(c, accountId)
    await requireStorage(accountId, c.get('services'))
    const body = await readJsonObject(c.req.raw)
    const ticket = await createDirectUploadFromJson(body, accountId, c.get('services'))
    return c.json(success(presentTicket(ticket, urlBase)))
  })
  .post('/v2/direct_upload', async (c) => {
    const accountId = accountOf(c)
    const urlBase = await readUrlBase(c, accountId)
    await requireStorage(accountId, c.get('services'))
    const ticket = await createDirectUpload(c.req.raw, accountId, c.get('services'))
    return c.json(success(presentTicket(ticket, urlBase)))
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
      // An SVG as it came may run scripts: where a browser opens it, it is nobody's page.
      'content-security-policy': "sandbox; default-src 'none'; style-src 'unsafe-inline'",
    })
  })
  .get(`/v1/${ID}`, async (c) => {
    const accountId = accountOf(c)
    const record = await c
      .get('services')
      .images(accountId)
      .get(parsePathImageId(new URL(c.req.url).pathname))
    if (record === null) throw new ApiError('imageNotFound')
    return c.json(success(presentImage(record, ...(await readUrlParts(c, accountId)))))
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
