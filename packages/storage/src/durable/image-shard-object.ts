import { DurableObject } from 'cloudflare:workers'
import {
  type FinishedUpload,
  type ImageChange,
  type ImageIndex,
  type ImagePosition,
  type ImageRecord,
  imageTag,
  type NewTicket,
  type PurgeTag,
  type Reservation,
  type TicketClaim,
  tagsOfMetadata,
  UPLOAD_LEASE_MS,
} from '@tintype/core'
import { r2ImageHeads } from '../r2-image-heads.ts'
import { removeBlob } from '../remove-blob.ts'
import type { ImageRow } from './image-schema.ts'
import { createImageTable, type DueRow, type ImageTable, type ListQuery, recordOf } from './image-table.ts'

/** What the object needs of its Worker. */
export interface ImageShardEnv {
  readonly BUCKET: R2Bucket
  readonly ACCOUNTS: DurableObjectNamespace
}

const RETRY_MS = 5000
/** Rows that the alarm holds at a time. */
const ALARM_PAGE = 100

/**
 * The images of one account. The row is the authority; its states are in image-schema.ts. What a crash leaves between two of
 * them is rolled on by the alarm: `committed`, `updating` and `deleting` forwards, `pending` and `uploading` back once their
 * lease is over.
 */
export class ImageShardObject extends DurableObject<ImageShardEnv> implements ImageIndex {
  readonly #table: ImageTable
  readonly #turns = new Map<string, Promise<unknown>>()

  constructor(state: DurableObjectState, env: ImageShardEnv) {
    super(state, env)
    this.#table = createImageTable(state.storage, state.id.name)
  }

  async reserve(reservation: Reservation): Promise<'reserved' | 'taken' | 'busy'> {
    const leaseUntil = Date.now() + UPLOAD_LEASE_MS
    const terms = { access: 'public' as const, metadata: null, creator: null } // replaced by the upload's at commit
    const row = { ...terms, ...reservation, state: 'pending' as const, expiresAt: null, leaseUntil }
    const availability = this.#table.insert(row, Date.now())
    if (availability !== 'free') return availability
    await this.#wakeInTime()
    return 'reserved'
  }

  async createTicket(ticket: NewTicket): Promise<'created' | 'taken' | 'busy'> {
    const row = { ...ticket, state: 'draft' as const, blobKey: null, leaseUntil: null }
    const availability = this.#table.insert(row, Date.now())
    if (availability !== 'free') return availability
    await this.#wakeInTime()
    return 'created'
  }

  async claimTicket(id: string, blobKey: string, now: number): Promise<TicketClaim> {
    const claimed = this.#table.claimDraft(id, blobKey, now + UPLOAD_LEASE_MS, now)
    if (claimed !== null) {
      await this.#wakeInTime()
      const { access, metadata, creator } = recordOf(claimed)
      return { kind: 'claimed', terms: { id, access, metadata, creator } }
    }
    const row = this.#table.find(id)
    if (row === null) return { kind: 'missing' }
    if (row.state === 'uploading') return { kind: 'busy' }
    return { kind: row.state === 'draft' ? 'expired' : 'used' }
  }

  async renew(id: string, blobKey: string): Promise<boolean> {
    return this.#table.renew(id, blobKey, Date.now() + UPLOAD_LEASE_MS)
  }

  async commit(
    reservedId: string,
    blobKey: string,
    upload: FinishedUpload,
  ): Promise<ImageRecord | 'taken' | 'busy' | 'swept'> {
    const row = this.#table.markCommitted(reservedId, blobKey, upload, Date.now())
    if (typeof row === 'string') return row
    await this.#wakeInTime()
    await this.#inTurn(row.id, () => this.#finishCommit(row.id))
    return recordOf({ ...row, state: 'ready' })
  }

  async abandon(_id: string, blobKey: string): Promise<void> {
    // A commit whose answer was lost is a commit: the alarm finishes it, and its bytes stay.
    if (!this.#table.release(blobKey, Date.now())) return
    await this.#wakeInTime()
    await this.#removeOrphan(blobKey)
  }

  async get(id: string): Promise<ImageRecord | null> {
    const row = this.#table.find(id)
    if (row === null) return null
    if (row.state === 'ready' || row.state === 'updating') return recordOf(row)
    const isLiveDraft =
      (row.state === 'draft' || row.state === 'uploading') && (row.expires_at ?? 0) > Date.now()
    return isLiveDraft ? recordOf(row) : null
  }

  async list(query: ListQuery): Promise<ImageRecord[]> {
    return this.#table.list(query).map(recordOf)
  }

  async findNth(nth: number, creator?: string): Promise<ImagePosition | null> {
    return this.#table.findNth(nth, creator)
  }

  async count(): Promise<number> {
    return this.#table.count()
  }

  async update(id: string, change: ImageChange): Promise<ImageRecord | 'taken' | 'busy' | null> {
    return await this.#inTurn(id, async () => {
      await this.#finishUpdate(id) // an earlier change that was cut off comes first
      const row = this.#table.startUpdate(id, change, Date.now())
      if (row === null || typeof row === 'string') return row
      await this.#wakeInTime()
      if (row.id === id) await this.#finishUpdate(id)
      else {
        await this.#finishRemoval(id)
        await this.#inTurn(row.id, () => this.#finishCommit(row.id))
      }
      return recordOf({ ...row, state: 'ready' })
    })
  }

  async remove(id: string): Promise<boolean> {
    if (this.#table.dropDraft(id)) return true
    if (!this.#table.markDeleting(id)) return false
    await this.#wakeInTime()
    await this.#inTurn(id, () => this.#finishRemoval(id))
    return true
  }

  /** Roll on whatever an interrupted request left behind. */
  override async alarm(): Promise<void> {
    const now = Date.now()
    for (let last: DueRow | null = null; ; ) {
      const due = this.#table.listDue(now, ALARM_PAGE, last)
      for (const row of due) await this.#attempt(() => this.#rollOn(row, now))
      last = due.at(-1) ?? null
      if (due.length < ALARM_PAGE) break
    }
    for (let last = ''; ; ) {
      const orphans = this.#table.listOrphans(now, ALARM_PAGE, last)
      for (const blobKey of orphans) await this.#attempt(() => this.#removeOrphan(blobKey))
      last = orphans.at(-1) ?? ''
      if (orphans.length < ALARM_PAGE) break
    }
    await this.#wakeInTime()
  }

  async #rollOn({ id, state, blob_key }: ImageRow, now: number): Promise<void> {
    switch (state) {
      case 'draft':
        return this.#table.dropExpiredDraft(id, now)
      case 'pending':
      case 'uploading':
        this.#table.releaseOverdue(blob_key as string, now)
        return
      case 'committed':
        return this.#inTurn(id, () => this.#finishCommit(id))
      case 'updating':
        return this.#inTurn(id, () => this.#finishUpdate(id))
      case 'deleting':
        return this.#inTurn(id, () => this.#finishRemoval(id))
    }
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
  async #inTurn<T>(id: string, work: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(id) ?? Promise.resolve()
    const turn = before.catch(() => {}).then(work)
    this.#turns.set(id, turn)
    try {
      return await turn
    } finally {
      if (this.#turns.get(id) === turn) this.#turns.delete(id)
    }
  }

  async #removeOrphan(blobKey: string): Promise<void> {
    await this.env.BUCKET.delete(blobKey)
    this.#table.dropOrphan(blobKey)
  }

  async #putHead(row: ImageRow): Promise<void> {
    const { id, access, metadata, source, blobKey } = recordOf(row)
    if (source === null || blobKey === null) throw new Error('a committed row lacks its source or blob')
    const head = { id, access, blobKey, source, tags: tagsOfMetadata(metadata) }
    await r2ImageHeads(this.env.BUCKET).put(this.#accountId, head)
  }

  async #purge(imageId: string): Promise<void> {
    const account = this.env.ACCOUNTS.get(this.env.ACCOUNTS.idFromName(this.#accountId)) as unknown as {
      purge(tags: readonly PurgeTag[]): Promise<number>
    }
    await account.purge([imageTag(imageId)])
  }

  // Each of these is idempotent, and looks at the row as it then stands: the alarm may run it again.

  async #finishCommit(id: string): Promise<void> {
    const row = this.#table.find(id)
    if (row?.state !== 'committed') return
    await this.#putHead(row)
    this.#table.markReady(id)
  }

  /** Authority (already changed) → head → log: a result that was made of the old head is not valid any more. */
  async #finishUpdate(id: string): Promise<void> {
    const row = this.#table.find(id)
    if (row?.state !== 'updating') return
    await this.#putHead(row)
    await this.#purge(id)
    this.#table.markUpdated(id)
  }

  /** Authority (already marked) → head → log → blobs → row, so that nothing is found whose bytes are gone. */
  async #finishRemoval(id: string): Promise<void> {
    const row = this.#table.find(id)
    if (row?.state !== 'deleting') return
    await r2ImageHeads(this.env.BUCKET).remove(this.#accountId, row.id)
    await this.#purge(row.id)
    if (row.blob_key !== null) await removeBlob(this.env.BUCKET, row.blob_key)
    this.#table.drop(row.id)
  }

  get #accountId(): string {
    // An alarm may start the object without its name, so the table remembers it.
    const [accountId] = (this.ctx.id.name ?? this.#table.objectName() ?? '').split('/')
    if (!accountId) throw new Error('the images of an account must be addressed by name')
    return accountId
  }

  /** See that the alarm rings when something is due, and at the soonest when a request under way should have ended. */
  async #wakeInTime(): Promise<void> {
    const due = this.#table.nextDeadline()
    if (due === null) return
    const at = Math.max(due, Date.now() + RETRY_MS)
    const current = await this.ctx.storage.getAlarm()
    if (current === null || current > at) await this.ctx.storage.setAlarm(at)
  }
}
