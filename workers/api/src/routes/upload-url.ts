import { ApiError, isAccountHash } from '@tintype/core'
import { Hono } from 'hono'
import type { ApiContext, ApiEnv } from '../api-env.ts'
import { success } from '../envelope.ts'
import { presentImage } from '../present-image.ts'
import { requireStorage } from '../require-storage.ts'
import { isPossibleTicketId, useDirectUpload } from '../upload/direct-upload.ts'

/** Any page may use an upload URL: the URL is the credential. Rule: docs/parity.md#upload-cors. */
export function corsHeaders(request: Request): Record<string, string> {
  const asked = request.headers.get('access-control-request-headers')
  return {
    'access-control-allow-origin': '*',
    'access-control-allow-methods': 'POST, OPTIONS',
    ...(asked === null ? {} : { 'access-control-allow-headers': asked }),
    'access-control-max-age': '86400',
    vary: 'Access-Control-Request-Headers',
  }
}

/** The account of an upload URL. */
async function findAccount(c: ApiContext, accountHash: string): Promise<string> {
  const accountId = await c.get('services').accounts.idOf(accountHash)
  if (accountId === null) throw new ApiError('imageNotFound')
  return accountId
}

function ticketIdOf(c: ApiContext): string {
  const [, , encoded = ''] = new URL(c.req.url).pathname.split('/')
  try {
    const id = decodeURIComponent(encoded)
    if (isPossibleTicketId(id)) return id
  } catch {
    // not UTF-8: no ticket has such an id
  }
  throw new ApiError('imageNotFound')
}

/** `/<account hash>/<ticket id>`: use a direct upload. */
export const uploadUrlRoutes = new Hono<ApiEnv>()
  .options('/:hash/:ticket', (c) => c.body(null, 204, corsHeaders(c.req.raw)))
  .post('/:hash/:ticket', async (c) => {
    const accountHash = c.req.param('hash')
    if (!isAccountHash(accountHash)) throw new ApiError('noSuchRoute')
    const accountId = await findAccount(c, accountHash)
    const services = c.get('services')
    await requireStorage(accountId, services)
    const record = await useDirectUpload(c.req.raw, accountId, ticketIdOf(c), services)
    const variants = (await services.authority(accountId).listVariants()).map(({ id }) => id)
    const origin = services.deliveryBaseUrl ?? new URL(c.req.url).origin
    return c.json(
      success(presentImage(record, `${origin}/${accountHash}`, variants)),
      200,
      corsHeaders(c.req.raw),
    )
  })
