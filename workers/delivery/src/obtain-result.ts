import { type Access, ApiError, type FormatClass, type OutputFormat, type Recipe } from '@tintype/core'
import type { Gate, Grant } from './access.ts'
import { formatEtag } from './etag.ts'
import { AIMED_FORMATS } from './negotiation.ts'
import type { ResultFacts } from './result-cache.ts'
import type { Services } from './services.ts'

/** What one request wants: a recipe of an image, and how to tell whether a stored result will do. */
export interface Wanted {
  readonly accountId: string
  readonly accountHash: string
  readonly imageId: string
  readonly recipe: Recipe
  readonly recipeHash: string
  /** Purge clock of what the account's documents said when this request began. */
  readonly readAtClock: number
  readonly gate: Gate
  isStillValid(facts: ResultFacts): boolean
  /** Tags of copies that the client holds. */
  readonly heldEtags: readonly string[]
}

/** What both kinds of outcome say of the image. */
interface Told {
  readonly etag: string
  readonly access: Access
  readonly userTags: readonly string[]
  readonly grant: Grant
}
export interface Result extends Told {
  readonly kind: 'result'
  readonly format: OutputFormat
  readonly sizeBytes: number
  readonly warnings: readonly string[]
  readonly body: Uint8Array | ReadableStream<Uint8Array>
  readonly cacheStatus: 'HIT' | 'MISS'
}
/** A copy that the client holds is the result it would get; nothing had to be made to know that. */
export interface Unchanged extends Told {
  readonly kind: 'unchanged'
}

async function fromCache(
  services: Services,
  wanted: Wanted,
  formatClass: FormatClass,
): Promise<Result | null> {
  const stored = await services.results.get({ ...wanted, formatClass })
  if (stored === null) return null
  const { facts, body } = stored
  // A newer engine's results replace an older one's as soon as this isolate has met one.
  const isOutdated = facts.epoch < (services.renderer.knownEpoch() ?? 0)
  if (isOutdated || !wanted.isStillValid(facts)) {
    await body.cancel()
    return null
  }
  try {
    return {
      kind: 'result',
      ...facts,
      body,
      grant: await wanted.gate.admit(facts.access),
      cacheStatus: 'HIT',
    }
  } catch (refusal) {
    await body.cancel()
    throw refusal
  }
}

async function make(
  services: Services,
  wanted: Wanted,
  formatClass: FormatClass,
): Promise<Result | Unchanged> {
  const { accountId, imageId, recipe, recipeHash, readAtClock, heldEtags } = wanted
  const head = await services.heads.get(accountId, imageId)
  // A head's key can be spelled by another id (long ids go by their hash): only its own id may have it.
  if (head === null || head.id !== imageId) throw new ApiError('deliveredImageNotFound')
  const { access, blobKey, source } = head
  const userTags = [...head.tags]
  const grant = await wanted.gate.admit(access)

  if (heldEtags.length > 0) {
    const epoch = await services.renderer.epoch()
    for (const format of AIMED_FORMATS[formatClass]) {
      const etag = await formatEtag(blobKey, recipeHash, { epoch, format })
      if (heldEtags.includes(etag)) return { kind: 'unchanged', etag, access, userTags, grant }
    }
  }

  const { meta, body } = await services.renderer.render({ blobKey, source, recipe, formatClass })
  const { format, sizeBytes, epoch, warnings } = meta
  const etag = await formatEtag(blobKey, recipeHash, meta)
  const facts: ResultFacts = { etag, format, sizeBytes, epoch, access, userTags, readAtClock, warnings }
  if (body instanceof Uint8Array)
    services.defer(services.results.put({ ...wanted, formatClass }, facts, body))
  return { kind: 'result', ...facts, body, grant, cacheStatus: 'MISS' }
}

/**
 * The result for a class of clients: from the cache while it is valid, else made from the original.
 * @throws ApiError `accessDenied` before anything of the image is known to the caller, `deliveredImageNotFound`
 */
export async function obtainResult(
  services: Services,
  wanted: Wanted,
  formatClass: FormatClass,
): Promise<Result | Unchanged> {
  return (await fromCache(services, wanted, formatClass)) ?? (await make(services, wanted, formatClass))
}
