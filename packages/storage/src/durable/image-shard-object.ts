import { DurableObject } from 'cloudflare:workers'
import {
  type FinishedUpload,
  type ImageIndex,
  type ImageRecord,
  imageTag,
  type NewTicket,
  type PurgeTag,
  type Reservation,
  type TicketClaim,
  tagsOfMetadata,
} from '@tintype/core'
import { r2ImageHeads } from '../r2-image-heads.ts'
import { removeBlob } from '../remove-blob.ts'
import { createImageTable, type ImageTable, recordOf } from './image-table.ts'

/** What a shard needs of its Worker. */
export interface ImageShardEnv {
  readonly BUCKET: R2Bucket
  readonly ACCOUNTS: DurableObjectNamespace
}

/** An upload that has not ended after this long is taken for dead: 10 MB in it needs 17 kB/s. */
const UPLOAD_LEASE_MS = 10 * 60 * 1000
/** Expired tickets stay known for a while, so that a late uploader hears why. */
const EXPIRED_TICKET_KEPT_MS = 24 * 3600 * 1000
const RETRY_MS = 5000

/**
 * The images of one account, or of some of its buckets. The row is the authority:
 *
 *     (none) ─reserve→ pending ─commit→ committed ─head written→ ready ─remove→ deleting ─head, log, blob→ (none)
 *     (none) ─ticket→ draft ─claim→ uploading ─commit→ committed …
 *
 * What a crash leaves between two states is rolled on by the alarm: `committed` and `deleting` forwards, `pending` and
 * `uploading` back once their lease is over.
 */
export class ImageShardObject extends DurableObject<ImageShardEnv> implements ImageIndex {
  readonly #table: ImageTable
  readonly #turns = new Map<string, Promise<void>>()

  constructor(state: DurableObjectState, env: ImageShardEnv) {
    super(state, env)
    this.#table = createImageTable(state.storage.sql, state.id.name)
  }

  async reserve(reservation: Reservation): Promise<'reserved' | 'taken'> {
    const leaseUntil = Date.now() + UPLOAD_LEASE_MS
    const terms = { access: 'public' as const, metadata: null, creator: null } // replaced by the upload's at commit
    const row = { ...terms, ...reservation, state: 'pending' as const, expiresAt: null, leaseUntil }
    if (!this.#table.insert(row, Date.now())) return 'taken'
    await this.#wakeBy(leaseUntil)
    return 'reserved'
  }

  async createTicket(ticket: NewTicket): Promise<'created' | 'taken'> {
    const row = { ...ticket, state: 'draft' as const, blobKey: null, leaseUntil: null }
    if (!this.#table.insert(row, Date.now())) return 'taken'
    await this.#wakeBy(ticket.expiresAt + EXPIRED_TICKET_KEPT_MS)
    return 'created'
  }

  async claimTicket(id: string, blobKey: string, now: number): Promise<TicketClaim> {
    const leaseUntil = now + UPLOAD_LEASE_MS
    const claimed = this.#table.claimDraft(id, blobKey, leaseUntil, now)
    if (claimed !== null) {
      await this.#wakeBy(leaseUntil)
      const { access, metadata, creator } = recordOf(claimed)
      return { kind: 'claimed', terms: { id, access, metadata, creator } }
    }
    const row = this.#table.find(id)
    if (row === null) return { kind: 'missing' }
    return { kind: row.state === 'draft' ? 'expired' : 'used' }
  }

  async commit(
    reservedId: string,
    blobKey: string,
    upload: FinishedUpload,
  ): Promise<ImageRecord | 'taken' | 'swept'> {
    const { id } = upload.terms
    const row = this.ctx.storage.transactionSync(() => {
      if (id !== reservedId && !this.#table.isFree(id, Date.now())) return 'taken'
      return this.#table.markCommitted(reservedId, blobKey, upload)
    })
    if (row === 'taken') return 'taken'
    if (row === null) return 'swept'
    await this.#wakeBy(Date.now() + RETRY_MS)
    await this.#inTurn(id, () => this.#finishCommit(id))
    return recordOf({ ...row, state: 'ready' })
  }

  async abandon(_id: string, blobKey: string): Promise<void> {
    // A commit whose answer was lost is a commit: the alarm finishes it, and its bytes stay.
    if (!this.#table.release(blobKey, Date.now())) return
    await this.#wakeBy(Date.now() + RETRY_MS)
    await this.#removeOrphan(blobKey)
  }

  async get(id: string): Promise<ImageRecord | null> {
    const row = this.#table.find(id)
    if (row === null) return null
    if (row.state === 'ready') return recordOf(row)
    const isLiveDraft =
      (row.state === 'draft' || row.state === 'uploading') && (row.expires_at ?? 0) > Date.now()
    return isLiveDraft ? recordOf(row) : null
  }

  async list(query: { offset: number; limit: number; creator?: string }): Promise<ImageRecord[]> {
    return this.#table.listReady(query).map(recordOf)
  }

  async count(): Promise<number> {
    return this.#table.countReady()
  }

  async remove(id: string): Promise<boolean> {
    if (this.#table.dropDraft(id)) return true
    if (this.#table.markDeleting(id) === null) return false
    await this.#wakeBy(Date.now() + RETRY_MS)
    await this.#inTurn(id, () => this.#finishRemoval(id))
    return true
  }

  /** Roll on whatever an interrupted request left behind. */
  override async alarm(): Promise<void> {
    const now = Date.now()
    for (const { id } of this.#table.inState('committed')) {
      await this.#attempt(() => this.#inTurn(id, () => this.#finishCommit(id)))
    }
    for (const { id } of this.#table.inState('deleting')) {
      await this.#attempt(() => this.#inTurn(id, () => this.#finishRemoval(id)))
    }
    this.#table.releaseOverdue(now)
    for (const blobKey of this.#table.orphans(now)) await this.#attempt(() => this.#removeOrphan(blobKey))
    this.#table.dropExpiredDrafts(now - EXPIRED_TICKET_KEPT_MS)
    const next = this.#table.nextDeadline(EXPIRED_TICKET_KEPT_MS)
    if (next !== null) await this.ctx.storage.setAlarm(Math.max(next, now + RETRY_MS))
  }

  /** One row's trouble must not keep the others waiting, nor use up the runtime's few retries of an alarm. */
  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      console.error('a row could not be rolled on; it will be tried again', error)
    }
  }

  /** One at a time for each id: a head must not be written late, after the removal that a client saw. */
  async #inTurn(id: string, work: () => Promise<void>): Promise<void> {
    const before = this.#turns.get(id) ?? Promise.resolve()
    const turn = before.catch(() => {}).then(work)
    this.#turns.set(id, turn)
    try {
      await turn
    } finally {
      if (this.#turns.get(id) === turn) this.#turns.delete(id)
    }
  }

  async #removeOrphan(blobKey: string): Promise<void> {
    await this.env.BUCKET.delete(blobKey)
    this.#table.dropOrphan(blobKey)
  }

  /** Idempotent: the alarm may run it again. */
  async #finishCommit(imageId: string): Promise<void> {
    const row = this.#table.find(imageId)
    if (row?.state !== 'committed') return
    const { id, access, metadata, source, blobKey } = recordOf(row)
    if (source === null || blobKey === null) throw new Error('a committed row lacks its source or blob')
    const head = { id, access, blobKey, source, tags: tagsOfMetadata(metadata) }
    await r2ImageHeads(this.env.BUCKET).put(this.#accountId, head)
    this.#table.markReady(id)
  }

  /** Authority (already marked) → head → log → blobs → row, so that nothing is found whose bytes are gone. */
  async #finishRemoval(id: string): Promise<void> {
    const row = this.#table.find(id)
    if (row?.state !== 'deleting') return
    await r2ImageHeads(this.env.BUCKET).remove(this.#accountId, row.id)
    const account = this.env.ACCOUNTS.get(this.env.ACCOUNTS.idFromName(this.#accountId)) as unknown as {
      purge(tags: readonly PurgeTag[]): Promise<number>
    }
    await account.purge([imageTag(row.id)])
    if (row.blob_key !== null) await removeBlob(this.env.BUCKET, row.blob_key)
    this.#table.drop(row.id)
  }

  /** A shard is named `<account id>/<shard>`. */
  get #accountId(): string {
    // An alarm may start the object without its name, so the table remembers it.
    const [accountId] = (this.ctx.id.name ?? this.#table.shardName() ?? '').split('/')
    if (!accountId) throw new Error('an image shard must be addressed by name')
    return accountId
  }

  async #wakeBy(at: number): Promise<void> {
    const current = await this.ctx.storage.getAlarm()
    if (current === null || current > at) await this.ctx.storage.setAlarm(at)
  }
}
