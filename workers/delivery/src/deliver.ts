import {
  ApiError,
  accessOfId,
  bucketOf,
  hashRecipe,
  isStillValid,
  negotiateFormat,
  parseDeliveryUrl,
  recipeOfVariant,
  requestTags,
  type Variant,
} from '@tintype/core'
import { createGate } from './access.ts'
import { type Account, openAccount } from './account.ts'
import { parseIfNoneMatch } from './conditional.ts'
import { canShow } from './negotiation.ts'
import { obtainResult, type Wanted } from './obtain-result.ts'
import { respond } from './respond.ts'
import type { Services } from './services.ts'

async function findVariant(account: Account, name: string): Promise<Variant> {
  if (name.includes('=')) throw new ApiError('flexibleVariantsOff')
  const variant = await account.find(({ variants }) =>
    Object.hasOwn(variants, name) ? (variants[name] as Variant) : null,
  )
  if (variant === null) throw new ApiError('unknownVariant')
  return variant
}

/**
 * Answer a GET or HEAD of a delivery URL. Access is decided before anything is looked up where the id states it, and
 * before a byte is answered everywhere.
 * @throws ApiError of the 9400s; docs/parity.md#delivery-errors
 */
export async function deliver(services: Services, request: Request): Promise<Response> {
  const url = new URL(request.url)
  const target = parseDeliveryUrl(url.pathname)
  const { accountHash, imageId } = target
  const account = await openAccount(services.edge, accountHash, bucketOf(imageId))
  const variant = await findVariant(account, target.variant)

  const nowSeconds = Math.floor(services.now() / 1000)
  const gate = createGate(account, variant, { paths: target.signablePaths, search: url.search, nowSeconds })
  const statedAccess = accessOfId(imageId)
  if (statedAccess !== null) await gate.admit(statedAccess)

  const { document, purges } = account
  const tags = requestTags(url, imageId, variant.id)
  const recipe = recipeOfVariant(variant.options)
  const held = parseIfNoneMatch(request.headers.get('if-none-match'))
  const wanted: Wanted = {
    accountId: document.accountId,
    accountHash,
    imageId,
    recipe,
    recipeHash: await hashRecipe(recipe),
    // A purge is published after what it purges has changed: a head read from now on is at least as new as both clocks.
    readAtClock: Math.max(document.purgeClock, purges.purgeClock),
    gate,
    isStillValid: ({ userTags, readAtClock }) => {
      const all = [...tags, ...userTags.map((tag) => `tag:${tag}`)]
      return [document.purgeLog, purges.purgeLog].every((log) => isStillValid(log, all, readAtClock))
    },
    heldEtags: held === 'any' ? [] : held,
  }

  const accept = request.headers.get('accept')
  let outcome = await obtainResult(services, wanted, negotiateFormat(accept))
  if (outcome.kind === 'result' && !canShow(accept, outcome.format)) {
    if (outcome.body instanceof ReadableStream) await outcome.body.cancel()
    outcome = await obtainResult(services, wanted, 'base')
  }
  return respond(request, outcome, held, { imageId, variant, settings: document.settings, nowSeconds })
}
