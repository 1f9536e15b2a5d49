import { ApiError, DEFAULT_KEY_NAME, formatBase64Url, MAX_SIGNING_KEYS } from '@tintype/core'
import { Hono } from 'hono'
import type { ApiContext, ApiEnv } from '../api-env.ts'
import { success } from '../envelope.ts'
import { methodNotAllowed } from '../method-not-allowed.ts'

const KEY_NAME = /^[A-Za-z0-9]{1,20}$/

const authorityOf = (c: ApiContext) => c.get('services').authority(c.req.param('accountId') as string)

/** 24 random bytes as 32 printable characters. */
export const newKeyValue = (): string => formatBase64Url(crypto.getRandomValues(new Uint8Array(24)))

/** `/accounts/:accountId/images/v1/keys`. Every answer lists the keys there are. Rule: docs/parity.md#signing-keys. */
export const signingKeyRoutes = new Hono<ApiEnv>()
  .get('/', async (c) => c.json(success({ keys: await authorityOf(c).listKeys() })))
  .put('/:name', async (c) => {
    const name = c.req.param('name')
    if (!KEY_NAME.test(name))
      throw new ApiError('badRequest', 'the key name must be 1 to 20 letters and digits')
    const answer = await authorityOf(c).putKey({ name, value: newKeyValue() })
    if (answer === 'limit')
      throw new ApiError('limitReached', `an account has at most ${MAX_SIGNING_KEYS} signing keys`)
    return c.json(success({ keys: await authorityOf(c).listKeys() }))
  })
  .delete('/:name', async (c) => {
    const replacement = { name: DEFAULT_KEY_NAME, value: newKeyValue() }
    if (!(await authorityOf(c).deleteKey(c.req.param('name'), replacement)))
      throw new ApiError('signingKeyNotFound')
    return c.json(success({ keys: await authorityOf(c).listKeys() }))
  })
  .all('/', methodNotAllowed('GET'))
  .all('/:name', methodNotAllowed('PUT, DELETE'))
