import {
  ApiError,
  DEFAULT_KEY_NAME,
  formatAccountHash,
  formatApiToken,
  formatHexId,
  hashSecret,
  isEqualConstantTime,
} from '@tintype/core'
import { Hono } from 'hono'
import type { ApiContext, ApiEnv } from '../api-env.ts'
import { success } from '../envelope.ts'
import { readJsonObject } from '../read-body.ts'
import { changeAdminSettings, readAdminSettings } from './account-settings.ts'
import { newKeyValue } from './signing-keys.ts'

const ACCOUNT_NAME = /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$/
const randomBytes = (count: number) => crypto.getRandomValues(new Uint8Array(count))

/** @throws ApiError `noSuchRoute` while no administrator's secret is set, `unknownCredentials` for a wrong one */
async function requireAdministrator(c: ApiContext): Promise<void> {
  const { adminToken } = c.get('services')
  if (adminToken === null) throw new ApiError('noSuchRoute')
  const given = /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1] ?? ''
  if (!isEqualConstantTime(await hashSecret(given), await hashSecret(adminToken))) {
    throw new ApiError('unknownCredentials')
  }
}

function nameOf(c: ApiContext): string {
  const name = c.req.param('name') as string
  if (!ACCOUNT_NAME.test(name)) {
    throw new ApiError(
      'badRequest',
      'an account name is 1 to 64 letters, digits, spaces, dots, hyphens and underscores',
    )
  }
  return name
}

/** The account of that name, made if there is none. Safe to repeat: what a crash cut short is completed. */
async function openAccount(c: ApiContext, name: string) {
  const { registry, authority } = c.get('services')
  let identity = await registry.byName(name)
  const isNew = identity === null
  if (identity === null) {
    const fresh = {
      accountId: formatHexId(randomBytes(16)),
      accountHash: formatAccountHash(randomBytes(16)),
      zoneId: formatHexId(randomBytes(16)),
      name,
    }
    if ((await registry.create(fresh)) !== 'taken') identity = fresh
    else identity = await registry.byName(name)
  }
  if (identity === null) throw new ApiError('unavailable')
  await authority(identity.accountId).initialize(identity, { name: DEFAULT_KEY_NAME, value: newKeyValue() })
  return { identity, isNew }
}

/** The account that the path names. @throws ApiError `badRequest` when there is none */
async function findAccount(c: ApiContext) {
  const identity = await c.get('services').registry.byName(nameOf(c))
  if (identity === null) throw new ApiError('badRequest', 'there is no account of that name')
  return identity
}

/** `/admin`: accounts and their tokens, for whoever deployed this. */
export const adminRoutes = new Hono<ApiEnv>()
  .use(async (c, next) => {
    await requireAdministrator(c)
    await next()
  })
  .get('/accounts', async (c) => c.json(success(await c.get('services').registry.list())))
  .put('/accounts/:name', async (c) => {
    const { identity, isNew } = await openAccount(c, nameOf(c))
    return c.json(success(identity), isNew ? 201 : 200)
  })
  .get('/accounts/:name', async (c) => {
    const identity = await findAccount(c)
    return c.json(
      success({ ...identity, ...(await readAdminSettings(identity.accountId, c.get('services'))) }),
    )
  })
  .patch('/accounts/:name', async (c) => {
    const identity = await findAccount(c)
    const services = c.get('services')
    await changeAdminSettings(identity, await readJsonObject(c.req.raw), services)
    return c.json(success({ ...identity, ...(await readAdminSettings(identity.accountId, services)) }))
  })
  .post('/accounts/:name/tokens', async (c) => {
    const services = c.get('services')
    const identity = await findAccount(c)
    const { right = 'write', name = 'unnamed' } = await readJsonObject(c.req.raw)
    if (right !== 'read' && right !== 'write')
      throw new ApiError('badRequest', '"right" must be "read" or "write"')
    if (typeof name !== 'string' || name.length > 100)
      throw new ApiError('badRequest', '"name" must be a short text')
    const { token, tokenId } = formatApiToken(identity.accountId, randomBytes(36))
    await services
      .authority(identity.accountId)
      .addToken({ tokenId, name, right, hash: await hashSecret(token) })
    return c.json(success({ token, tokenId, name, right }), 201)
  })
