import {
  type FinishedUpload,
  type ImageChange,
  type ImagePosition,
  type ImageRecord,
  type ImageTerms,
  type JsonObject,
  type SourceFacts,
  tagsOfMetadata,
} from '@tintype/core'
import { createImageMarks, creatorFilter, NEWEST } from './image-marks.ts'
import { createImageSchema, DUE_AT, type ImageRow, IS_SHOWN, IS_UNSETTLED } from './image-schema.ts'

export interface NewRow extends ImageTerms {
  readonly state: 'pending' | 'draft'
  readonly blobKey: string | null
  readonly uploadedAt: number
  readonly expiresAt: number | null
  readonly leaseUntil: number | null
}

/** Whether an id can be had: `busy` while it is being uploaded or deleted, and may be free again soon. */
export type Availability = 'free' | 'taken' | 'busy'

/** A row that is due; {@link DueRow.dueAt} and its id are where the next page begins. */
export type DueRow = ImageRow & { dueAt: number }

export const recordOf = (row: ImageRow): ImageRecord => ({
  id: row.id,
  access: row.access,
  metadata: row.metadata === null ? null : (JSON.parse(row.metadata) as JsonObject),
  creator: row.creator,
  filename: row.filename,
  uploadedAt: row.uploaded_at,
  state: row.state === 'draft' || row.state === 'uploading' ? 'draft' : 'ready',
  source: row.source === null ? null : (JSON.parse(row.source) as SourceFacts),
  blobKey: row.blob_key,
})

const jsonOrNull = (value: JsonObject | null) => (value === null ? null : JSON.stringify(value))
const tagsOf = (row: ImageRow) => JSON.stringify(tagsOfMetadata(recordOf(row).metadata))
/** Before every image, in the order of upload. */
const OLDEST: ImagePosition = { uploadedAt: -1, id: '' }

/** The rows of an account's images. Each call is one synchronous, atomic turn. */
export type ImageTable = ReturnType<typeof createImageTable>

export function createImageTable(storage: DurableObjectStorage, name: string | undefined) {
  const { sql } = storage
  createImageSchema(sql)
  const marks = storage.transactionSync(() => createImageMarks(sql))
  if (name !== undefined) sql.exec("INSERT OR IGNORE INTO facts (name, value) VALUES ('shard', ?)", name)

  const all = (query: string, ...bindings: SqlStorageValue[]): ImageRow[] =>
    sql.exec<ImageRow>(query, ...bindings).toArray()
  const first = (query: string, ...bindings: SqlStorageValue[]): ImageRow | null =>
    all(query, ...bindings)[0] ?? null
  const find = (id: string) => first('SELECT * FROM images WHERE id = ?', id)
  const addOrphan = (blobKey: string, dueAt: number) => {
    sql.exec('INSERT OR IGNORE INTO orphans (blob_key, due_at) VALUES (?, ?)', blobKey, dueAt)
  }

  /** The reservation goes, or the ticket can be used again, and the blob becomes an orphan in the same turn. */
  const releaseRow = (blobKey: string, now: number) => {
    addOrphan(blobKey, now)
    sql.exec("DELETE FROM images WHERE blob_key = ? AND state = 'pending'", blobKey)
    sql.exec(
      "UPDATE images SET state = 'draft', blob_key = NULL, lease_until = NULL " +
        "WHERE blob_key = ? AND state = 'uploading'",
      blobKey,
    )
  }
  /** The row of an id, after what is over by now has been cleared away: dead uploads, expired drafts. */
  const findCurrent = (id: string, now: number): ImageRow | null => {
    const row = find(id)
    if (row === null) return null
    const isUpload = row.state === 'pending' || row.state === 'uploading'
    if (isUpload && (row.lease_until ?? 0) <= now) {
      releaseRow(row.blob_key as string, now)
      return findCurrent(id, now)
    }
    return row
  }
  const availabilityOf = (id: string, now: number): Availability => {
    const row = findCurrent(id, now)
    if (row === null) return 'free'
    if (row.state === 'draft' && (row.expires_at ?? 0) <= now) {
      sql.exec('DELETE FROM images WHERE id = ?', id)
      return 'free'
    }
    return row.state === 'pending' || row.state === 'deleting' ? 'busy' : 'taken'
  }

  return {
    /** The name under which the object was first addressed. */
    objectName: (): string | null =>
      sql.exec<{ value: string }>("SELECT value FROM facts WHERE name = 'shard'").toArray()[0]?.value ?? null,

    find,

    insert: (row: NewRow, now: number): Availability =>
      storage.transactionSync(() => {
        const availability = availabilityOf(row.id, now)
        if (availability !== 'free') return availability
        sql.exec(
          'INSERT INTO images (id, state, access, blob_key, metadata, creator, uploaded_at, expires_at, lease_until) ' +
            'VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
          ...[row.id, row.state, row.access, row.blobKey],
          ...[jsonOrNull(row.metadata), row.creator],
          ...[row.uploadedAt, row.expiresAt, row.leaseUntil],
        )
        return 'free'
      }),

    /** The claimed row; null when it is no draft that can be claimed. */
    claimDraft: (id: string, blobKey: string, leaseUntil: number, now: number): ImageRow | null =>
      storage.transactionSync(() => {
        findCurrent(id, now)
        return first(
          "UPDATE images SET state = 'uploading', blob_key = ?, lease_until = ? " +
            "WHERE id = ? AND state = 'draft' AND expires_at > ? RETURNING *",
          ...[blobKey, leaseUntil, id, now],
        )
      }),

    /** False when the upload is not under way any more. */
    renew(id: string, blobKey: string, leaseUntil: number): boolean {
      const renewed = first(
        'UPDATE images SET lease_until = ? ' +
          "WHERE id = ? AND blob_key = ? AND state IN ('pending', 'uploading') RETURNING *",
        ...[leaseUntil, id, blobKey],
      )
      return renewed !== null
    },

    /** The committed row; `swept` when the reservation is gone. */
    markCommitted: (
      reservedId: string,
      blobKey: string,
      { terms, filename, source }: FinishedUpload,
      now: number,
    ): ImageRow | 'taken' | 'busy' | 'swept' =>
      storage.transactionSync(() => {
        const availability = terms.id === reservedId ? 'free' : availabilityOf(terms.id, now)
        if (availability !== 'free') return availability
        const row = first(
          "UPDATE images SET state = 'committed', id = ?, access = ?, metadata = ?, creator = ?, filename = ?, " +
            'source = ?, lease_until = NULL, expires_at = NULL ' +
            "WHERE id = ? AND blob_key = ? AND state IN ('pending', 'uploading') RETURNING *",
          ...[terms.id, terms.access, jsonOrNull(terms.metadata), terms.creator],
          ...[filename, JSON.stringify(source), reservedId, blobKey],
        )
        return row ?? 'swept'
      }),

    markReady: (id: string): void =>
      storage.transactionSync(() => {
        const row = first(
          "UPDATE images SET state = 'ready' WHERE id = ? AND state = 'committed' RETURNING *",
          id,
        )
        if (row !== null) marks.add(row)
      }),

    markDeleting: (id: string): boolean =>
      storage.transactionSync(() => {
        const row = first(`UPDATE images SET state = 'deleting' WHERE id = ? AND ${IS_SHOWN} RETURNING *`, id)
        if (row !== null) marks.remove(row)
        return row !== null
      }),

    /**
     * Change the terms of a ready image. When its head must follow, the row is `updating`. Under a new id it becomes two:
     * the new one `committed`, with everything, and the old one `deleting`, without the blob.
     */
    startUpdate: (id: string, change: ImageChange, now: number): ImageRow | 'taken' | 'busy' | null =>
      storage.transactionSync(() => {
        const before = find(id)
        if (before?.state !== 'ready') return null
        const { metadata = recordOf(before).metadata, access = before.access } = change
        const { creator = before.creator, id: newId = id } = change
        const after: ImageRow = { ...before, id: newId, access, metadata: jsonOrNull(metadata), creator }
        if (newId !== id) {
          const availability = availabilityOf(newId, now)
          if (availability !== 'free') return availability
          marks.remove(before)
          sql.exec("UPDATE images SET state = 'deleting', blob_key = NULL WHERE id = ?", id)
          return first(
            'INSERT INTO images (id, state, access, blob_key, filename, metadata, creator, source, uploaded_at) ' +
              "VALUES (?, 'committed', ?, ?, ?, ?, ?, ?, ?) RETURNING *",
            ...[newId, access, before.blob_key, before.filename],
            ...[after.metadata, creator, before.source, before.uploaded_at],
          )
        }
        const isHeadTouched = access !== before.access || tagsOf(before) !== tagsOf(after)
        if (creator !== before.creator) marks.remove(before)
        const row = first(
          'UPDATE images SET state = ?, access = ?, metadata = ?, creator = ? WHERE id = ? RETURNING *',
          ...[isHeadTouched ? 'updating' : 'ready', access, after.metadata, creator, id],
        )
        if (creator !== before.creator) marks.add(after)
        return row
      }),

    markUpdated(id: string): void {
      sql.exec("UPDATE images SET state = 'ready' WHERE id = ? AND state = 'updating'", id)
    },

    /** An upload ended without an image. False when the blob belongs to an image that was committed. */
    release: (blobKey: string, now: number): boolean =>
      storage.transactionSync(() => {
        const row = first('SELECT * FROM images WHERE blob_key = ?', blobKey)
        if (row !== null && row.state !== 'pending' && row.state !== 'uploading') return false
        releaseRow(blobKey, now)
        return true
      }),

    /** The same for one whose lease is over; it may have been renewed since it was found. */
    releaseOverdue: (blobKey: string, now: number): void =>
      storage.transactionSync(() => {
        const row = first('SELECT * FROM images WHERE blob_key = ?', blobKey)
        if (row !== null) findCurrent(row.id, now)
      }),

    dropExpiredDraft(id: string, now: number): void {
      sql.exec(`DELETE FROM images WHERE id = ? AND state = 'draft' AND ${DUE_AT} <= ?`, id, now)
    },

    dropOrphan(blobKey: string): void {
      sql.exec('DELETE FROM orphans WHERE blob_key = ?', blobKey)
    },

    drop(id: string): void {
      sql.exec('DELETE FROM images WHERE id = ?', id)
    },

    /** True when there was a draft. An upload that is using it will find itself swept, and its blob is an orphan. */
    dropDraft: (id: string): boolean =>
      storage.transactionSync(() => {
        const dropped = first(
          "DELETE FROM images WHERE id = ? AND state IN ('draft', 'uploading') RETURNING *",
          id,
        )
        if (dropped?.blob_key != null) addOrphan(dropped.blob_key, dropped.lease_until ?? 0)
        return dropped !== null
      }),

    /** Rows that are due, the most overdue first, after `after`. */
    listDue: (now: number, limit: number, after: DueRow | null): DueRow[] =>
      sql
        .exec<DueRow>(
          `SELECT *, ${DUE_AT} AS dueAt FROM images WHERE ${IS_UNSETTLED} AND ${DUE_AT} <= ? ` +
            `AND (${DUE_AT}, id) > (?, ?) ORDER BY ${DUE_AT}, id LIMIT ?`,
          ...[now, after?.dueAt ?? -1, after?.id ?? '', limit],
        )
        .toArray(),

    /** Blobs that belong to no image and may go, after `after`. */
    listOrphans: (now: number, limit: number, after: string): string[] =>
      sql
        .exec<{ blob_key: string }>(
          'SELECT blob_key FROM orphans WHERE due_at <= ? AND blob_key > ? ORDER BY blob_key LIMIT ?',
          ...[now, after, limit],
        )
        .toArray()
        .map(({ blob_key }) => blob_key),

    /** When something must be looked at next; null when nothing waits. */
    nextDeadline(): number | null {
      const ask = (query: string) => sql.exec<{ at: number }>(query).toArray()[0]?.at ?? null
      const row = ask(`SELECT ${DUE_AT} AS at FROM images WHERE ${IS_UNSETTLED} ORDER BY ${DUE_AT} LIMIT 1`)
      const orphan = ask('SELECT due_at AS at FROM orphans ORDER BY due_at LIMIT 1')
      return row === null || orphan === null ? (row ?? orphan) : Math.min(row, orphan)
    },

    /** Images that are shown, in the order of upload, after a position of it. */
    list({ after, limit, creator, order = 'newest' }: ListQuery): ImageRow[] {
      const filter = creatorFilter(creator)
      const isNewest = order === 'newest'
      const from = after ?? (isNewest ? NEWEST : OLDEST)
      const direction = isNewest ? 'DESC' : 'ASC'
      return all(
        `SELECT * FROM images WHERE ${IS_SHOWN} ${filter.sql} AND (uploaded_at, id) ${isNewest ? '<' : '>'} (?, ?) ` +
          `ORDER BY uploaded_at ${direction}, id ${direction} LIMIT ?`,
        ...[...filter.bindings, from.uploadedAt, from.id, limit],
      )
    },

    count: marks.count,
    findNth: marks.find,
  }
}

export interface ListQuery {
  readonly after?: ImagePosition
  readonly limit: number
  readonly creator?: string
  readonly order?: 'newest' | 'oldest'
}
