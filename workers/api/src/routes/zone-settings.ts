import {
  ApiError,
  type JsonObject,
  parseAllowedOrigins,
  parsePathHexId,
  parseTransformations,
  type Zone,
  type ZoneChange,
} from '@tintype/core'
import { Hono } from 'hono'
import type { ApiContext, ApiEnv } from '../api-env.ts'
import { authenticate, requireRight } from '../authenticate.ts'
import { success } from '../envelope.ts'
import { methodNotAllowed } from '../method-not-allowed.ts'
import { readJsonObject } from '../read-body.ts'

/** One setting as its path names it. */
interface Setting {
  /** What the answer calls it. */
  readonly id: string
  read(zone: Zone): unknown
  /** @throws ApiError `badRequest` */
  parse(value: unknown): ZoneChange
}

const changeMode = (value: unknown): ZoneChange => {
  const transformations = parseTransformations(value)
  // Every host is allowed now: a list would only seem to say something.
  return transformations === 'open' ? { transformations, allowedOrigins: [] } : { transformations }
}

const readOrigins = ({ transformations, allowedOrigins }: Zone): string =>
  transformations === 'open' ? '*' : allowedOrigins.join(',')

function changeOrigins(value: unknown): ZoneChange {
  const allowed = parseAllowedOrigins(value)
  return allowed === 'any'
    ? { transformations: 'open', allowedOrigins: [] }
    : { transformations: 'on', allowedOrigins: allowed }
}

const MODE = { read: ({ transformations }: Zone) => transformations, parse: changeMode }
const SETTINGS: Readonly<Record<string, Setting>> = {
  image_resizing: { id: 'image_resizing', ...MODE },
  transformations: { id: 'transformations', ...MODE },
  transformations_allowed_origins: {
    id: 'image_resizing_allowed_origins',
    read: readOrigins,
    parse: changeOrigins,
  },
  transformations_config: {
    id: 'transformations_config',
    read: (zone) => ({ transformations: zone.transformations, allowed_origins: readOrigins(zone) }),
    parse: changeConfig,
  },
}

/** Only what is given changes; a mode that is given with a list of hosts has the last word. */
function changeConfig(value: unknown): ZoneChange {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ApiError('badRequest', '"value" must be an object')
  }
  const { transformations, allowed_origins: origins } = value as JsonObject
  return {
    ...(origins === undefined ? {} : changeOrigins(origins)),
    ...(transformations === undefined ? {} : changeMode(transformations)),
  }
}

function settingOf(c: ApiContext): Setting {
  const name = c.req.param('setting') as string
  const setting = Object.hasOwn(SETTINGS, name) ? SETTINGS[name] : undefined
  if (setting === undefined) throw new ApiError('noSuchRoute')
  return setting
}

/** The authority of the caller whose zone the path names. @throws ApiError `insufficientRights` for any other zone */
async function openZone(c: ApiContext, needed: 'read' | 'write') {
  const services = c.get('services')
  const caller = await authenticate(c.req.raw.headers, services)
  const zoneId = parsePathHexId(c.req.param('zoneId'))
  const authority = services.authority(caller.accountId)
  const identity = await authority.identity()
  requireRight(caller, identity?.zoneId === zoneId ? caller.accountId : undefined, needed)
  return authority
}

const formatTime = (at: number): string | null => (at === 0 ? null : new Date(at).toISOString())

const present = ({ id, read }: Setting, zone: Zone) => ({
  id,
  value: read(zone),
  editable: true,
  modified_on: formatTime(zone.modifiedAt),
})

/** `/zones/:zoneId/settings`: what a zone lets be transformed. Rule: docs/parity.md#zone-settings. */
export const zoneSettingRoutes = new Hono<ApiEnv>()
  .get('/:setting', async (c) => {
    const authority = await openZone(c, 'read')
    return c.json(success(present(settingOf(c), await authority.zone())))
  })
  .patch('/:setting', async (c) => {
    const authority = await openZone(c, 'write')
    const setting = settingOf(c)
    const { value } = await readJsonObject(c.req.raw)
    if (value === undefined) throw new ApiError('badRequest', '"value" must be given')
    return c.json(success(present(setting, await authority.changeZone(setting.parse(value)))))
  })
  .all('/:setting', methodNotAllowed('GET, PATCH'))

/** `/accounts/:accountId/settings/transformations`: the same of each zone of an account. */
export async function listTransformations(c: ApiContext): Promise<Response> {
  const zone = await c
    .get('services')
    .authority(c.req.param('accountId') as string)
    .zone()
  const { id, ...rest } = present(SETTINGS.transformations as Setting, zone)
  return c.json(success([{ cf_zone_tag: zone.zoneId, id, ...rest }]))
}
