import {
  type AccountAuthority,
  type AccountIdentity,
  type AccountRegistry,
  bucketOf,
  DEFAULT_SETTINGS,
  type EdgeDocument,
  type EdgeDocuments,
  MAX_SIGNING_KEYS,
  MAX_VARIANTS,
  PUBLIC_VARIANT,
  type TokenRow,
  type Variant,
} from '@tintype/core'

/** Accounts in a list. */
export function memoryAccountRegistry(): AccountRegistry {
  const accounts: AccountIdentity[] = []
  const find = async (test: (identity: AccountIdentity) => boolean) => accounts.find(test) ?? null
  return {
    async create(identity) {
      if (accounts.some(({ name }) => name === identity.name)) return 'taken'
      accounts.push(identity)
      return identity
    },
    byHash: (accountHash) => find((identity) => identity.accountHash === accountHash),
    byZone: (zoneId) => find((identity) => identity.zoneId === zoneId),
    byName: (name) => find((identity) => identity.name === name),
    list: async () => [...accounts],
  }
}

/** One account in Maps, published to `edge` at once. */
export function memoryAccountAuthority(edge: EdgeDocuments): AccountAuthority {
  let identity: AccountIdentity | null = null
  let version = 0
  let clock = 0
  const tokens = new Map<string, TokenRow>()
  const variants = new Map<string, Variant>()
  const keys = new Map<string, string>()
  const log = new Map<string, { clock: number; bucket: number }>()

  const logOf = (bucket: number) => ({
    purgeClock: clock,
    purgeLog: Object.fromEntries(
      [...log].filter(([, entry]) => entry.bucket === bucket).map(([tag, entry]) => [tag, entry.clock]),
    ),
  })
  const listKeys = async () => [...keys].map(([name, value]) => ({ name, value }))
  const edgeDocument = async (): Promise<EdgeDocument | null> =>
    identity && {
      version,
      accountId: identity.accountId,
      accountHash: identity.accountHash,
      variants: Object.fromEntries(variants),
      signingKeys: await listKeys(),
      settings: DEFAULT_SETTINGS,
      ...logOf(-1),
    }
  const publish = async () => {
    version++
    const document = await edgeDocument()
    if (document !== null) await edge.put(document)
  }

  return {
    async initialize(newIdentity, firstKey) {
      if (identity !== null) return
      identity = newIdentity
      variants.set(PUBLIC_VARIANT.id, PUBLIC_VARIANT)
      keys.set(firstKey.name, firstKey.value)
      await publish()
    },
    identity: async () => identity,
    addToken: async (token) => {
      tokens.set(token.tokenId, token)
    },
    token: async (tokenId) => tokens.get(tokenId) ?? null,
    listVariants: async () => [...variants.values()],
    getVariant: async (id) => variants.get(id) ?? null,
    async createVariant(variant) {
      if (variants.has(variant.id)) return 'exists'
      if (variants.size >= MAX_VARIANTS) return 'limit'
      variants.set(variant.id, variant)
      await publish()
      return 'created'
    },
    async replaceVariant(before, after) {
      if (JSON.stringify(variants.get(before.id)) !== JSON.stringify(before)) return false
      variants.set(before.id, after)
      await publish()
      return true
    },
    async deleteVariant(id) {
      if (!variants.has(id)) return false
      if (id !== PUBLIC_VARIANT.id) variants.delete(id)
      await publish()
      return true
    },
    listKeys,
    async putKey({ name, value }) {
      if (keys.size >= MAX_SIGNING_KEYS && !keys.has(name)) return 'limit'
      keys.set(name, value)
      await publish()
      return 'put'
    },
    async deleteKey(name, replacement) {
      if (!keys.delete(name)) return false
      if (keys.size === 0) keys.set(replacement.name, replacement.value)
      await publish()
      return true
    },
    async purge(tags) {
      clock++
      const touched = new Set<number>()
      for (const tag of tags) {
        const bucket = tag.startsWith('image:') ? bucketOf(tag.slice('image:'.length)) : -1
        log.set(tag, { clock, bucket })
        if (bucket >= 0) touched.add(bucket)
      }
      await publish()
      for (const bucket of touched) await edge.putPurges(identity?.accountHash ?? '', bucket, logOf(bucket))
      return clock
    },
    edgeDocument,
  }
}
