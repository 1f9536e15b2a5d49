import type { Access } from '@tintype/core'

/**
 * The states of an image's row:
 *
 *     (none) ─reserve→ pending ─commit→ committed ─head written→ ready ─remove→ deleting ─head, log, blob→ (none)
 *     (none) ─ticket→ draft ─claim→ uploading ─commit→ committed …
 *     ready ─update→ updating ─head, log→ ready
 */
export type RowState = 'pending' | 'draft' | 'uploading' | 'committed' | 'ready' | 'updating' | 'deleting'

export type ImageRow = {
  id: string
  state: RowState
  access: Access
  /** null for drafts, and for the old name of a renamed image: its blob goes on under the new one. */
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

/** Expired tickets stay known for a day, so that a late uploader hears why. */
const EXPIRED_TICKET_KEPT_MS = 24 * 3600 * 1000

// A partial index serves a query only when the query repeats the index's own words: hence these texts, used in both.

/** Rows that clients are shown in lists and counts. */
export const IS_SHOWN = "state IN ('ready', 'updating')"
/** Rows at which somebody must look again. Few, whatever the account holds. */
export const IS_UNSETTLED = "state <> 'ready'"
/** When that is due, epoch ms. */
export const DUE_AT =
  `CASE state WHEN 'draft' THEN expires_at + ${EXPIRED_TICKET_KEPT_MS} ` +
  "WHEN 'pending' THEN lease_until WHEN 'uploading' THEN lease_until ELSE 0 END"

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
  'CREATE INDEX IF NOT EXISTS images_by_blob ON images (blob_key)',
  `CREATE INDEX IF NOT EXISTS images_unsettled ON images (${DUE_AT}, id) WHERE ${IS_UNSETTLED}`,
  `CREATE INDEX IF NOT EXISTS images_shown ON images (uploaded_at, id) WHERE ${IS_SHOWN}`,
  `CREATE INDEX IF NOT EXISTS images_shown_by_creator ON images (creator, uploaded_at, id) WHERE ${IS_SHOWN}`,
  // Indexes of earlier versions, which held every row.
  'DROP INDEX IF EXISTS images_newest',
  'DROP INDEX IF EXISTS images_by_creator',
  'CREATE TABLE IF NOT EXISTS orphans (blob_key TEXT PRIMARY KEY, due_at INTEGER NOT NULL)',
  'CREATE INDEX IF NOT EXISTS orphans_due ON orphans (due_at)',
  'CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL)',
]

/** Make what is not there yet. */
export function createImageSchema(sql: SqlStorage): void {
  for (const statement of SCHEMA) sql.exec(statement)
}
