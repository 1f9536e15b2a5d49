import { DurableObject } from 'cloudflare:workers'
import {
  type AccountAuthority,
  type AccountIdentity,
  type AccountSettings,
  type BucketPurges,
  bucketOf,
  DEFAULT_SETTINGS,
  DEFAULT_ZONE_SETTINGS,
  type EdgeDocument,
  MAX_SIGNING_KEYS,
  MAX_VARIANTS,
  PUBLIC_VARIANT,
  PURGE_LOG_RETENTION_MS,
  type PurgeLog,
  type PurgeTag,
  type SigningKey,
  type TokenRow,
  type Variant,
  type Zone,
  type ZoneChange,
} from '@tintype/core'
import { kvEdgeDocuments } from '../kv-edge-documents.ts'
import { createOutbox, type Outbox } from './outbox.ts'

/** What the account's object needs of its Worker. */
export interface AccountEnv {
  readonly EDGE: KVNamespace
  /** Least time between two writes of one KV key, ms. */
  readonly PUBLISH_INTERVAL_MS: string
}

const SCHEMA = [
  'CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL)',
  'CREATE TABLE IF NOT EXISTS tokens (id TEXT PRIMARY KEY, name TEXT NOT NULL, scope TEXT NOT NULL, hash TEXT NOT NULL)',
  'CREATE TABLE IF NOT EXISTS variants (id TEXT PRIMARY KEY, body TEXT NOT NULL)',
  'CREATE TABLE IF NOT EXISTS keys (name TEXT PRIMARY KEY, value TEXT NOT NULL)',
  // bucket: 0–255 for an image's tag, -1 for the rest, which the edge document itself carries
  'CREATE TABLE IF NOT EXISTS purges (tag TEXT NOT NULL, clock INTEGER NOT NULL, bucket INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (tag, bucket))',
  'CREATE INDEX IF NOT EXISTS purges_by_bucket ON purges (bucket)',
]
const DOCUMENT = 'document'
/** The account's entry by id; an account from before there was one gets it with its next change. */
const HASH = 'hash'
/** Facts that are there once something was chosen. */
const SETTINGS = 'settings'
const ZONE = 'zone'
const IMAGE_TAG = 'image:'
const EVERYTHING: PurgeTag = 'account:*'
/** A document stays far below KV's 25 MiB, and quick to read: entries of some 100 bytes, or fewer that are longer. */
const MAX_LOG_ENTRIES = 5000
const MAX_LOG_CHARACTERS = 500_000

/** One account: variants, signing keys, tokens and the purge clock. Every change is committed with its outbox entry. */
export class AccountObject extends DurableObject<AccountEnv> implements AccountAuthority {
  readonly #sql: SqlStorage
  readonly #outbox: Outbox
  #isSetUp: boolean

  constructor(state: DurableObjectState, env: AccountEnv) {
    super(state, env)
    this.#sql = state.storage.sql
    // A made-up account id must cost nothing: tables come with `initialize`, not with the first look.
    const isSetUp = this.#sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'facts'").toArray().length > 0
    this.#isSetUp = isSetUp
    this.#outbox = createOutbox(state.storage, Number(env.PUBLISH_INTERVAL_MS), (target) =>
      this.#publish(target),
    )
  }

  async initialize(identity: AccountIdentity, firstKey: SigningKey): Promise<void> {
    if (this.#isSetUp) return
    this.ctx.storage.transactionSync(() => {
      for (const statement of SCHEMA) this.#sql.exec(statement)
      this.#outbox.setUp()
      this.#setFact('identity', JSON.stringify(identity))
      this.#setFact('clock', '0')
      this.#setFact('version', '0')
      this.#insertVariant(PUBLIC_VARIANT)
      this.#sql.exec('INSERT INTO keys (name, value) VALUES (?, ?)', firstKey.name, firstKey.value)
      this.#changed()
    })
    this.#isSetUp = true
    await this.#outbox.flush()
  }

  async identity(): Promise<AccountIdentity | null> {
    return this.#isSetUp ? (JSON.parse(this.#fact('identity')) as AccountIdentity) : null
  }

  async addToken({ tokenId, name, right, hash }: TokenRow): Promise<void> {
    this.#sql.exec(
      'INSERT INTO tokens (id, name, scope, hash) VALUES (?, ?, ?, ?)',
      tokenId,
      name,
      right,
      hash,
    )
  }

  async token(tokenId: string): Promise<TokenRow | null> {
    if (!this.#isSetUp) return null
    type Row = { id: string; name: string; scope: TokenRow['right']; hash: string }
    const [row] = this.#sql.exec<Row>('SELECT * FROM tokens WHERE id = ?', tokenId).toArray()
    return row === undefined ? null : { tokenId: row.id, name: row.name, right: row.scope, hash: row.hash }
  }

  async listVariants(): Promise<Variant[]> {
    return this.#sql
      .exec<{ body: string }>('SELECT body FROM variants ORDER BY rowid')
      .toArray()
      .map(({ body }) => JSON.parse(body) as Variant)
  }

  async getVariant(id: string): Promise<Variant | null> {
    const [row] = this.#sql.exec<{ body: string }>('SELECT body FROM variants WHERE id = ?', id).toArray()
    return row === undefined ? null : (JSON.parse(row.body) as Variant)
  }

  async createVariant(variant: Variant): Promise<'created' | 'exists' | 'limit'> {
    if ((await this.getVariant(variant.id)) !== null) return 'exists'
    const { count } = this.#sql.exec<{ count: number }>('SELECT count(*) AS count FROM variants').one()
    if (count >= MAX_VARIANTS) return 'limit'
    await this.#change(() => this.#insertVariant(variant))
    return 'created'
  }

  async replaceVariant(before: Variant, after: Variant): Promise<boolean> {
    if (JSON.stringify(await this.getVariant(before.id)) !== JSON.stringify(before)) return false
    await this.#change(() => {
      this.#sql.exec('UPDATE variants SET body = ? WHERE id = ?', JSON.stringify(after), before.id)
    })
    return true
  }

  async deleteVariant(id: string): Promise<boolean> {
    if ((await this.getVariant(id)) === null) return false
    if (id === PUBLIC_VARIANT.id) return true // answered as done, and left standing (docs/parity.md#variants)
    await this.#change(() => {
      this.#sql.exec('DELETE FROM variants WHERE id = ?', id)
    })
    return true
  }

  async listKeys(): Promise<SigningKey[]> {
    return this.#sql
      .exec<{ name: string; value: string }>('SELECT name, value FROM keys ORDER BY rowid')
      .toArray()
  }

  async putKey({ name, value }: SigningKey): Promise<'put' | 'limit'> {
    const keys = await this.listKeys()
    if (keys.length >= MAX_SIGNING_KEYS && !keys.some((key) => key.name === name)) return 'limit'
    await this.#change(() => {
      this.#sql.exec(
        'INSERT INTO keys (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
        ...[name, value],
      )
    })
    return 'put'
  }

  async deleteKey(name: string, replacement: SigningKey): Promise<boolean> {
    const keys = await this.listKeys()
    if (!keys.some((key) => key.name === name)) return false
    await this.#change(() => {
      this.#sql.exec('DELETE FROM keys WHERE name = ?', name)
      if (keys.length === 1) {
        this.#sql.exec('INSERT INTO keys (name, value) VALUES (?, ?)', replacement.name, replacement.value)
      }
    })
    return true
  }

  async settings(): Promise<AccountSettings> {
    return { ...DEFAULT_SETTINGS, ...this.#choices<AccountSettings>(SETTINGS) }
  }

  async changeSettings(change: Partial<AccountSettings>): Promise<AccountSettings> {
    const settings = { ...(await this.settings()), ...change }
    await this.#change(() => this.#setFact(SETTINGS, JSON.stringify(settings)))
    return settings
  }

  async zone(): Promise<Zone> {
    const { zoneId } = JSON.parse(this.#fact('identity')) as AccountIdentity
    return { ...DEFAULT_ZONE_SETTINGS, ...this.#choices<Zone>(ZONE), zoneId }
  }

  async changeZone(change: ZoneChange): Promise<Zone> {
    const zone = { ...(await this.zone()), ...change, modifiedAt: Date.now() }
    await this.#change(() => this.#setFact(ZONE, JSON.stringify(zone)))
    return zone
  }

  async purge(tags: readonly PurgeTag[]): Promise<number> {
    const now = Date.now()
    return await this.#change(() => {
      const clock = Number(this.#fact('clock')) + 1
      this.#setFact('clock', String(clock))
      for (const tag of tags) {
        const bucket = tag.startsWith(IMAGE_TAG) ? bucketOf(tag.slice(IMAGE_TAG.length)) : -1
        this.#sql.exec(
          'INSERT INTO purges (tag, clock, bucket, at) VALUES (?, ?, ?, ?) ' +
            'ON CONFLICT (tag, bucket) DO UPDATE SET clock = excluded.clock, at = excluded.at',
          ...[tag, clock, bucket, now],
        )
        if (bucket >= 0) this.#outbox.add(String(bucket))
      }
      this.#sql.exec('DELETE FROM purges WHERE at < ?', now - PURGE_LOG_RETENTION_MS)
      this.#foldLongLogs(clock, now)
      return clock
    })
  }

  async edgeDocument(): Promise<EdgeDocument | null> {
    const identity = await this.identity()
    if (identity === null) return null
    const variants = await this.listVariants()
    return {
      version: Number(this.#fact('version')),
      accountId: identity.accountId,
      accountHash: identity.accountHash,
      variants: Object.fromEntries(variants.map((variant) => [variant.id, variant])),
      signingKeys: await this.listKeys(),
      settings: await this.settings(),
      zone: await this.zone(),
      ...this.#purges(-1),
    }
  }

  override async alarm(): Promise<void> {
    await this.#outbox.flush()
  }

  /** Make a change and its outbox entry one commit, then try to publish; the alarm retries what fails. */
  async #change<T>(work: () => T): Promise<T> {
    const result = this.ctx.storage.transactionSync(() => {
      const value = work()
      this.#changed()
      return value
    })
    await this.#outbox.flush()
    return result
  }

  /** A log that grew too long for one document becomes a purge of everything it covers: too much, never too little. */
  #foldLongLogs(clock: number, now: number): void {
    const long = this.#sql
      .exec<{ bucket: number }>(
        'SELECT bucket FROM purges GROUP BY bucket HAVING count(*) > ? OR sum(length(tag)) > ?',
        ...[MAX_LOG_ENTRIES, MAX_LOG_CHARACTERS],
      )
      .toArray()
    for (const { bucket } of long) {
      this.#sql.exec('DELETE FROM purges WHERE bucket = ?', bucket)
      this.#sql.exec(
        'INSERT INTO purges (tag, clock, bucket, at) VALUES (?, ?, ?, ?)',
        EVERYTHING,
        clock,
        bucket,
        now,
      )
    }
  }

  #changed(): void {
    this.#setFact('version', String(Number(this.#fact('version')) + 1))
    this.#outbox.add(DOCUMENT)
    this.#outbox.addOnce(HASH)
  }

  async #publish(target: string): Promise<void> {
    const document = await this.edgeDocument()
    if (document === null) return
    const edge = kvEdgeDocuments(this.env.EDGE)
    if (target === DOCUMENT) await edge.put(document)
    else if (target === HASH) await edge.putAccountHash(document.accountId, document.accountHash)
    else await edge.putPurges(document.accountHash, Number(target), this.#purges(Number(target)))
  }

  #purges(bucket: number): BucketPurges {
    const rows = this.#sql
      .exec<{ tag: string; clock: number }>('SELECT tag, clock FROM purges WHERE bucket = ?', bucket)
      .toArray()
    const purgeLog: PurgeLog = Object.fromEntries(rows.map(({ tag, clock }) => [tag, clock]))
    return { purgeClock: Number(this.#fact('clock')), purgeLog }
  }

  #insertVariant(variant: Variant): void {
    this.#sql.exec('INSERT INTO variants (id, body) VALUES (?, ?)', variant.id, JSON.stringify(variant))
  }

  #fact(name: string): string {
    return this.#sql.exec<{ value: string }>('SELECT value FROM facts WHERE name = ?', name).one().value
  }

  /** What was chosen of some settings; the rest is as it is by default, also when it is newer than the choice. */
  #choices<T>(name: string): Partial<T> {
    const [row] = this.#sql.exec<{ value: string }>('SELECT value FROM facts WHERE name = ?', name).toArray()
    return row === undefined ? {} : (JSON.parse(row.value) as Partial<T>)
  }

  #setFact(name: string, value: string): void {
    this.#sql.exec('INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)', name, value)
  }
}
