import { parseConfigChange, presentConfig } from '@tintype/core'
import { Hono } from 'hono'
import type { ApiContext, ApiEnv } from '../api-env.ts'
import { success } from '../envelope.ts'
import { methodNotAllowed } from '../method-not-allowed.ts'
import { readJsonObject } from '../read-body.ts'

const authorityOf = (c: ApiContext) => c.get('services').authority(c.req.param('accountId') as string)

/** `/accounts/:accountId/images/v1/config`: both answer all settings. Rule: docs/parity.md#account-settings. */
export const configRoutes = new Hono<ApiEnv>()
  .get('/', async (c) => c.json(success(presentConfig(await authorityOf(c).settings()))))
  .patch('/', async (c) => {
    const change = parseConfigChange(await readJsonObject(c.req.raw))
    return c.json(success(presentConfig(await authorityOf(c).changeSettings(change))))
  })
  .all('/', methodNotAllowed('GET, PATCH'))
