import {
  ApiError,
  adviseOn,
  type ClientHints,
  hashProgram,
  hashText,
  hostnameOf,
  isSameSite,
  isTransformRequest,
  type Options,
  parseTransformUrl,
  parseUrlOptions,
  programOfOptions,
  resolveHints,
  routeDrawn,
  routeSource,
  type SourcePolicy,
  sourcePolicyOf,
  sourceTags,
  type Zone,
} from '@tintype/core'
import { type Account, openAccount } from './account.ts'
import { withDrawn } from './cache-scope.ts'
import { purgesOf } from './purges.ts'
import type { Services } from './services.ts'
import type { Subject } from './subject.ts'

/** A picture of another host that somebody wants transformed, however they said it. */
export interface TransformWish {
  /** Host of the zone that it is asked of, with its port where that is not the scheme's own. */
  readonly host: string
  readonly source: URL
  readonly options: Options
  /** What whoever asks should be told, in whole phrases. */
  readonly warnings: readonly string[]
  /** For the source's host alone; see `credentialsOf`. */
  readonly credentials: Readonly<Record<string, string>>
  /** Names the source in the cache in place of its URL. */
  readonly cacheKey?: string | null
}

/** A zone that answers for a transform. */
export interface OpenedZone {
  readonly account: Account
  readonly zone: Zone
  readonly policy: SourcePolicy
}

/** A wish, with the zone that answers for it. */
export type Transform = Omit<TransformWish, 'host'> & OpenedZone

/**
 * Read a URL below `/image`. Nothing is looked up.
 * @throws ApiError `transformLoop`, `noSuchPage`, `invalidSourceUrl`, `invalidOptions`
 */
export function readTransformUrl(request: Request): TransformWish {
  refuseLoop(request.headers)
  const url = new URL(request.url)
  const { list, source } = parseTransformUrl(url)
  const { options, warnings } = parseUrlOptions(list)
  return { host: url.host, source, options, warnings, credentials: {} }
}

/** @throws ApiError `transformLoop` for a request that somebody sent who is transforming a picture already */
export function refuseLoop(headers: Headers): void {
  if (isTransformRequest(headers.get('via'))) throw new ApiError('transformLoop')
}

/**
 * Find the zone that a transform is asked of. Whether it allows the source is not decided here.
 * @throws ApiError `noSuchPage` while there is no account, `transformationsOff`
 */
export async function openTransform(services: Services, wish: TransformWish): Promise<Transform> {
  const { source, host } = wish
  const accountHash = await services.edge.readHost(hostnameOf(new URL(`https://${host}/`)))
  return { ...wish, ...(await openZone(services, accountHash, host, source)) }
}

/**
 * Open the zone of an account.
 * @param host   that it is asked of
 * @param source what is to be fetched; null where it came with the call
 * @throws ApiError `noSuchPage` while there is no account, `transformationsOff`
 */
export async function openZone(
  services: Services,
  accountHash: string | null,
  host: string,
  source: URL | null,
): Promise<OpenedZone> {
  if (accountHash === null) throw new ApiError('noSuchPage')
  const account = await openAccount(services.edge, accountHash, null)
  // What the document does not allow, a newer one may.
  const found = await account.find(({ zone }) =>
    zone !== undefined &&
    zone.transformations !== 'off' &&
    (source === null || routeSource(source, sourcePolicyOf(zone, host)).kind === 'fetch')
      ? zone
      : null,
  )
  const zone = found ?? account.document.zone
  if (zone === undefined) throw new ApiError('noSuchPage')
  if (zone.transformations === 'off') throw new ApiError('transformationsOff')
  return { account, zone, policy: sourcePolicyOf(zone, host) }
}

/** Where a client is sent when its transform fails; null where it is told the failure. */
export const fallbackOf = ({ source, options, policy }: Transform): string | null =>
  options.onerror === 'redirect' && isSameSite(source, policy) ? source.href : null

const REFUSALS = {
  loop: 'transformLoop',
  'no-origin': 'noOrigin',
  'not-allowed': 'originNotAllowed',
} as const

async function formatCacheScope(
  zoneId: string,
  source: URL,
  fetched: URL,
  cacheKey: string | null,
): Promise<string> {
  const text = JSON.stringify(cacheKey === null ? [source.href, fetched.href] : { cacheKey })
  return `remote/${zoneId}/${await hashText(text)}`
}

/**
 * The subject of a transform, if its zone allows the source.
 * @throws ApiError `originNotAllowed`, `noOrigin`, `transformLoop`
 */
export async function findRemote(transform: Transform, client: ClientHints): Promise<Subject> {
  const { source, options: given, warnings, credentials, account, zone, policy } = transform
  const { cacheKey = null } = transform
  const route = routeSource(source, policy)
  if (route.kind !== 'fetch') throw new ApiError(REFUSALS[route.kind])
  const { options, hints } = resolveHints(given, client)
  const program = programOfOptions(options, 'remote')
  const drawn = routeDrawn(program, policy)
  return {
    cacheScope: await withDrawn(await formatCacheScope(zone.zoneId, source, route.url, cacheKey), drawn),
    program,
    programHash: await hashProgram(program),
    author: 'anybody',
    hints,
    warnings: [...warnings, ...adviseOn(options)],
    policy: { access: { admit: async () => ({ kind: 'open' }) }, ttlSeconds: 0 },
    isCredentialed: Object.keys(credentials).length > 0,
    purges: purgesOf(account, sourceTags([source, route.url, ...drawn.urls])),
    shownTags: [],
    async open() {
      return {
        source: {
          ...{ kind: 'remote', url: route.url.href, etag: null },
          ...(cacheKey === null ? {} : { cacheKey }),
        },
        ...{ access: 'public', userTags: [] },
        rights: { zoneId: zone.zoneId, policy, credentials },
      }
    },
  }
}
