import {
  type AccountRegistry,
  ApiError,
  createLimitedLookup,
  type EdgeDocuments,
  type Timers,
} from '@tintype/core'

/**
 * Which accounts there are. What nobody has is told from the edge and the registry, without starting an object of its
 * own: an invented id or hash leaves nothing behind.
 */
export interface AccountDirectory {
  /** Whether there is such an account. @throws ApiError `rateLimited` when too many unknown ids were asked for */
  has(accountId: string): Promise<boolean>
  /** The account of a hash, or null. @throws ApiError `rateLimited` when too many unknown hashes were asked for */
  idOf(accountHash: string): Promise<string | null>
}

/** Accounts that an isolate remembers; beyond that it forgets the one it learned first. */
const MAX_KNOWN = 5000
/** How often, in an isolate, the one registry is asked about what the edge does not know. */
const REGISTRY_LIMIT = { intervalMs: 1000, maxKeys: 50 } as const

type Lookup = (key: string) => Promise<string | null>

/** @returns a look-up that remembers what it found, asks `readEdge`, and then, not too often, `askRegistry` */
function createLookup(readEdge: Lookup, askRegistry: Lookup, timers: Timers): Lookup {
  const known = new Map<string, string>()
  const registry = createLimitedLookup(askRegistry, REGISTRY_LIMIT, timers)

  const askSeldom: Lookup = async (key) => {
    const answer = await registry.find(key)
    if (answer === null) throw new ApiError('rateLimited')
    return answer.value
  }
  return async (key) => {
    const remembered = known.get(key)
    if (remembered !== undefined) return remembered
    const found = (await readEdge(key)) ?? (await askSeldom(key))
    if (found === null) return null
    known.set(key, found)
    if (known.size > MAX_KNOWN) known.delete(known.keys().next().value as string)
    return found
  }
}

/**
 * The directory of one isolate.
 * @param openRegistry called for every question: a stub belongs to the request that made it
 */
export function createAccountDirectory(
  edge: Pick<EdgeDocuments, 'get' | 'getAccountHash'>,
  openRegistry: () => Pick<AccountRegistry, 'byId' | 'byHash'>,
  timers: Timers,
): AccountDirectory {
  const hashOf = createLookup(
    (accountId) => edge.getAccountHash(accountId),
    async (accountId) => (await openRegistry().byId(accountId))?.accountHash ?? null,
    timers,
  )
  const idOf = createLookup(
    async (accountHash) => (await edge.get(accountHash))?.accountId ?? null,
    async (accountHash) => (await openRegistry().byHash(accountHash))?.accountId ?? null,
    timers,
  )
  return { has: async (accountId) => (await hashOf(accountId)) !== null, idOf }
}
