import {
  type AccountIdentity,
  type AccountSettings,
  ApiError,
  type JsonObject,
  parseHostnames,
  parseOrigin,
} from '@tintype/core'
import type { Services } from '../services.ts'

function parseStorage(value: unknown): NonNullable<AccountSettings['storage']> {
  if (value === 'on' || value === 'off') return value
  throw new ApiError('badRequest', '"storage" must be "on" or "off"')
}

/**
 * Give a zone its host names. A name that the edge still knows and nobody has any more would show one account's settings
 * on another's host, so those go first and new ones come last.
 */
async function changeHostnames(
  { accountId, accountHash }: AccountIdentity,
  hostnames: readonly string[],
  { registry, authority, edge }: Services,
): Promise<void> {
  const before = await authority(accountId).zone()
  for (const hostname of before.hostnames) {
    if (!hostnames.includes(hostname)) await edge.removeHost(hostname)
  }
  if ((await registry.setHosts(accountId, hostnames)) === 'taken') {
    throw new ApiError('alreadyExists', 'a zone with one of these host names')
  }
  await authority(accountId).changeZone({ hostnames })
  for (const hostname of hostnames) await edge.putHost(hostname, accountHash)
}

export interface AdminSettings {
  readonly storage: 'on' | 'off'
  readonly hostnames: readonly string[]
  readonly origin: string | null
}

/** What only the administrator decides of an account. */
export async function readAdminSettings(accountId: string, { authority }: Services): Promise<AdminSettings> {
  const [{ storage = 'on' }, { hostnames, origin }] = await Promise.all([
    authority(accountId).settings(),
    authority(accountId).zone(),
  ])
  return { storage, hostnames, origin }
}

/** Settings that the body does not name stay. @throws ApiError `badRequest`, `alreadyExists` for another zone's host */
export async function changeAdminSettings(
  identity: AccountIdentity,
  body: JsonObject,
  services: Services,
): Promise<void> {
  const { accountId } = identity
  const storage = body.storage === undefined ? undefined : parseStorage(body.storage)
  const hostnames = body.hostnames === undefined ? undefined : parseHostnames(body.hostnames)
  const origin = body.origin === undefined ? undefined : parseOrigin(body.origin)
  // Nothing is changed before all of it was read.
  if (hostnames !== undefined) await changeHostnames(identity, hostnames, services)
  if (origin !== undefined) await services.authority(accountId).changeZone({ origin })
  if (storage !== undefined) await services.authority(accountId).changeSettings({ storage })
}
