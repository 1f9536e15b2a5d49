import type { Access, FinishedUpload, ImageRecord, ImageTerms, JsonObject, SourceFacts } from '@tintype/core'

export type RowState = 'pending' | 'draft' | 'uploading' | 'committed' | 'ready' | 'deleting'

export type ImageRow = {
  id: string
  state: RowState
  access: Access
  blob_key: string | null
  filename: string | null
  metadata: string | null
  creator: string | null
  source: string | null
  uploaded_at: number
  /** Drafts only: when the ticket ends. */
  expires_at: number | null
  /** Uploads under way only: when they are taken for dead. */
  lease_until: number | null
}

export interface NewRow extends ImageTerms {
  readonly state: 'pending' | 'draft'
  readonly blobKey: string | null
  readonly uploadedAt: number
  readonly expiresAt: number | null
  readonly leaseUntil: number | null
}

const SCHEMA = [
  `CREATE TABLE IF NOT EXISTS images (
    id          TEXT PRIMARY KEY,
    state       TEXT NOT NULL,
    access      TEXT NOT NULL,
    blob_key    TEXT,
    filename    TEXT,
    metadata    TEXT,
    creator     TEXT,
    source      TEXT,
    uploaded_at INTEGER NOT NULL,
    expires_at  INTEGER,
    lease_until INTEGER
  )`,
  'CREATE TABLE IF NOT EXISTS orphans (blob_key TEXT PRIMARY KEY, due_at INTEGER NOT NULL)',
  'CREATE INDEX IF NOT EXISTS images_by_blob ON images (blob_key)',
  'CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL)',
  'CREATE INDEX IF NOT EXISTS images_newest ON images (state, uploaded_at, id)',
  'CREATE INDEX IF NOT EXISTS images_by_creator ON images (state, creator, uploaded_at, id)',
]

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

/** The statements of a shard. Each is one synchronous, atomic turn. */
export type ImageTable = ReturnType<typeof createImageTable>

export function createImageTable(sql: SqlStorage, name: string | undefined) {
  for (const statement of SCHEMA) sql.exec(statement)
  if (name !== undefined) sql.exec("INSERT OR IGNORE INTO facts (name, value) VALUES ('shard', ?)", name)
  const first = (query: string, ...bindings: SqlStorageValue[]): ImageRow | null =>
    sql.exec<ImageRow>(query, ...bindings).toArray()[0] ?? null
  const all = (query: string, ...bindings: SqlStorageValue[]): ImageRow[] =>
    sql.exec<ImageRow>(query, ...bindings).toArray()

  const addOrphan = (blobKey: string, dueAt: number) => {
    sql.exec('INSERT OR IGNORE INTO orphans (blob_key, due_at) VALUES (?, ?)', blobKey, dueAt)
  }

  return {
    /** The name under which this shard was first addressed. */
    shardName: (): string | null =>
      sql.exec<{ value: string }>("SELECT value FROM facts WHERE name = 'shard'").toArray()[0]?.value ?? null,

    find: (id: string) => first('SELECT * FROM images WHERE id = ?', id),

    /** Whether a new image may have the id; that of an expired draft is given back. */
    isFree(id: string, now: number): boolean {
      sql.exec("DELETE FROM images WHERE id = ? AND state = 'draft' AND expires_at <= ?", id, now)
      return first('SELECT * FROM images WHERE id = ?', id) === null
    },

    /** False when the id is taken. */
    insert(row: NewRow, now: number): boolean {
      sql.exec("DELETE FROM images WHERE id = ? AND state = 'draft' AND expires_at <= ?", row.id, now)
      const inserted = first(
        'INSERT INTO images (id, state, access, blob_key, metadata, creator, uploaded_at, expires_at, lease_until) ' +
          'VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING RETURNING *',
        ...[row.id, row.state, row.access, row.blobKey],
        ...[jsonOrNull(row.metadata), row.creator],
        ...[row.uploadedAt, row.expiresAt, row.leaseUntil],
      )
      return inserted !== null
    },

    claimDraft: (id: string, blobKey: string, leaseUntil: number, now: number) =>
      first(
        "UPDATE images SET state = 'uploading', blob_key = ?, lease_until = ? " +
          "WHERE id = ? AND state = 'draft' AND expires_at > ? RETURNING *",
        ...[blobKey, leaseUntil, id, now],
      ),

    /** null when the reservation is gone. */
    markCommitted: (reservedId: string, blobKey: string, { terms, filename, source }: FinishedUpload) =>
      first(
        "UPDATE images SET state = 'committed', id = ?, access = ?, metadata = ?, creator = ?, filename = ?, " +
          'source = ?, lease_until = NULL, expires_at = NULL ' +
          "WHERE id = ? AND blob_key = ? AND state IN ('pending', 'uploading') RETURNING *",
        ...[terms.id, terms.access, jsonOrNull(terms.metadata), terms.creator],
        ...[filename, JSON.stringify(source), reservedId, blobKey],
      ),

    markReady(id: string): void {
      sql.exec("UPDATE images SET state = 'ready' WHERE id = ? AND state = 'committed'", id)
    },

    markDeleting: (id: string) =>
      first("UPDATE images SET state = 'deleting' WHERE id = ? AND state = 'ready' RETURNING *", id),

    /**
     * An upload ended without an image: its reservation goes, or its ticket can be used again, and its blob becomes an
     * orphan in the same turn. False when the blob belongs to an image that was committed.
     */
    release(blobKey: string, now: number): boolean {
      const [row] = all('SELECT * FROM images WHERE blob_key = ?', blobKey)
      if (row !== undefined && row.state !== 'pending' && row.state !== 'uploading') return false
      addOrphan(blobKey, now)
      sql.exec("DELETE FROM images WHERE blob_key = ? AND state = 'pending'", blobKey)
      sql.exec(
        "UPDATE images SET state = 'draft', blob_key = NULL, lease_until = NULL " +
          "WHERE blob_key = ? AND state = 'uploading'",
        blobKey,
      )
      return true
    },

    /** Uploads whose lease is over are taken for dead. */
    releaseOverdue(now: number): void {
      const dead = "state IN ('pending', 'uploading') AND lease_until <= ?"
      for (const row of all(`SELECT * FROM images WHERE ${dead}`, now))
        this.release(row.blob_key as string, now)
    },

    /** Blobs that belong to no image and may go. */
    orphans: (now: number): string[] =>
      sql
        .exec<{ blob_key: string }>('SELECT blob_key FROM orphans WHERE due_at <= ?', now)
        .toArray()
        .map(({ blob_key }) => blob_key),

    dropOrphan(blobKey: string): void {
      sql.exec('DELETE FROM orphans WHERE blob_key = ?', blobKey)
    },

    drop(id: string): void {
      sql.exec('DELETE FROM images WHERE id = ?', id)
    },

    /** True when there was a draft. An upload that is using it will find itself swept, and its blob is an orphan. */
    dropDraft(id: string): boolean {
      const dropped = first(
        "DELETE FROM images WHERE id = ? AND state IN ('draft', 'uploading') RETURNING *",
        id,
      )
      if (dropped?.blob_key != null) addOrphan(dropped.blob_key, dropped.lease_until ?? 0)
      return dropped !== null
    },

    dropExpiredDrafts(before: number): void {
      sql.exec("DELETE FROM images WHERE state = 'draft' AND expires_at <= ?", before)
    },

    inState: (state: RowState) => all('SELECT * FROM images WHERE state = ?', state),

    /** When something must be looked at next; null when nothing waits. */
    nextDeadline(expiredDraftKeptMs: number): number | null {
      const { at } = sql
        .exec<{ at: number | null }>(
          "SELECT min(CASE state WHEN 'draft' THEN expires_at + ? WHEN 'pending' THEN lease_until " +
            "WHEN 'uploading' THEN lease_until ELSE 0 END) AS at FROM images WHERE state <> 'ready'",
          expiredDraftKeptMs,
        )
        .one()
      const { due } = sql.exec<{ due: number | null }>('SELECT min(due_at) AS due FROM orphans').one()
      return at === null || due === null ? (at ?? due) : Math.min(at, due)
    },

    /** Newest first. An empty `creator` matches images without one. */
    listReady({ offset, limit, creator }: { offset: number; limit: number; creator?: string }): ImageRow[] {
      const filter = creator === undefined ? '' : creator === '' ? 'AND creator IS NULL' : 'AND creator = ?'
      const bindings = creator === undefined || creator === '' ? [limit, offset] : [creator, limit, offset]
      return all(
        `SELECT * FROM images WHERE state = 'ready' ${filter} ORDER BY uploaded_at DESC, id DESC LIMIT ? OFFSET ?`,
        ...bindings,
      )
    },

    countReady: (): number =>
      sql.exec<{ count: number }>("SELECT count(*) AS count FROM images WHERE state = 'ready'").one().count,
  }
}
