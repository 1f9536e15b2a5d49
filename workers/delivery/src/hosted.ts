import {
  ApiError,
  accessOfId,
  adviseOn,
  bucketOf,
  type ClientHints,
  cacheTags,
  DEFAULT_ZONE_SETTINGS,
  hashProgram,
  hashText,
  OPTION_LIST,
  type Options,
  parseDeliveryUrl,
  parseUrlOptions,
  programOfOptions,
  type RenderRequest,
  requestTags,
  resolveHints,
  routeDrawn,
  sourcePolicyOf,
  sourceTags,
  type Variant,
} from '@tintype/core'
import { createGate } from './access.ts'
import { type Account, openAccount } from './account.ts'
import { withDrawn } from './cache-scope.ts'
import { purgesOf } from './purges.ts'
import type { Services } from './services.ts'
import type { OpenedSubject, Subject } from './subject.ts'

/** What is wanted of an image, and on which terms. */
interface Wish {
  /** What stands for it in purge tags. */
  readonly tag: string
  readonly options: Options
  readonly browserTtlSeconds: number | null
  readonly neverRequireSignedURLs: boolean
  readonly author: NonNullable<RenderRequest['author']>
  readonly warnings: readonly string[]
}

/** A variant of the account, by its name. @throws ApiError `unknownVariant` */
async function findVariant(account: Account, name: string): Promise<Wish> {
  const variant = await account.find(({ variants }) =>
    Object.hasOwn(variants, name) ? (variants[name] as Variant) : null,
  )
  if (variant === null) throw new ApiError('unknownVariant')
  const { id, options, neverRequireSignedURLs } = variant
  const { browser_ttl: browserTtlSeconds = null } = options
  return {
    ...{ tag: id, options, browserTtlSeconds, neverRequireSignedURLs },
    ...{ author: 'account', warnings: [] },
  }
}

/**
 * Options that whoever wrote the URL chose. A private image asks for a signature, which covers them.
 * @throws ApiError `flexibleVariantsOff`, `invalidOptions`
 */
async function readOptionList(account: Account, list: string): Promise<Wish> {
  const isAllowed = await account.find(({ settings }) => settings.flexibleVariants || null)
  if (isAllowed === null) throw new ApiError('flexibleVariantsOff')
  return {
    ...{ tag: OPTION_LIST, browserTtlSeconds: null, neverRequireSignedURLs: false, author: 'anybody' },
    ...parseUrlOptions(list),
  }
}

/** By which pictures of other hosts are drawn onto hosted ones: those of the account's zone. */
function rightsOf({ document }: Account, host: string): NonNullable<OpenedSubject['rights']> {
  const { accountId, zone = { ...DEFAULT_ZONE_SETTINGS, zoneId: accountId } } = document
  return { zoneId: zone.zoneId, policy: sourcePolicyOf(zone, host), credentials: {} }
}

/** Ids may have thousands of characters and any of Unicode: they go by their hash. */
const formatCacheScope = async (accountHash: string, imageId: string): Promise<string> =>
  `${accountHash}/${await hashText(imageId)}`

/**
 * The hosted image that a delivery URL names, through one of the account's variants or a list of options. Where the id states its access, that
 * is decided here, before anything is looked up.
 * @throws ApiError of the 9400s; docs/parity.md#delivery-errors
 */
export async function findHosted(services: Services, url: URL, client: ClientHints): Promise<Subject> {
  const { accountHash, imageId, variant, signablePaths } = parseDeliveryUrl(url.pathname)
  const account = await openAccount(services.edge, accountHash, bucketOf(imageId))
  const wish =
    variant.kind === 'named'
      ? await findVariant(account, variant.name)
      : await readOptionList(account, variant.list)

  const nowSeconds = Math.floor(services.now() / 1000)
  const signed = { paths: signablePaths, search: url.search, nowSeconds }
  const gate = createGate(account, wish.neverRequireSignedURLs, signed)
  const statedAccess = accessOfId(imageId)
  if (statedAccess !== null) await gate.admit(statedAccess)

  const { accountId, settings } = account.document
  const { options, hints } = resolveHints(wish.options, client)
  const program = programOfOptions(options)
  const rights = rightsOf(account, url.host)
  const drawn = routeDrawn(program, rights.policy)
  return {
    cacheScope: await withDrawn(await formatCacheScope(accountHash, imageId), drawn),
    program,
    programHash: await hashProgram(program),
    hints,
    author: wish.author,
    warnings: [...wish.warnings, ...adviseOn(options)],
    policy: { access: gate, ttlSeconds: wish.browserTtlSeconds ?? settings.browserTtlSeconds },
    purges: purgesOf(account, [...requestTags(url, imageId, wish.tag), ...sourceTags(drawn.urls)]),
    shownTags: cacheTags(imageId, wish.tag),
    async open() {
      const head = await services.heads.get(accountId, imageId)
      // A head's key can be spelled by another id (long ids go by their hash): only its own id may have it.
      if (head === null || head.id !== imageId) return null
      const { access, blobKey, source, tags } = head
      return {
        ...{ source: { kind: 'stored', blobKey, facts: source }, access, userTags: [...tags] },
        ...(drawn.key === '' ? {} : { rights }),
      }
    },
  }
}
