import type { ImagePosition } from '@tintype/core'
import { IS_SHOWN } from './image-schema.ts'

/** Rows between two marks; a stretch that has grown to twice this is parted. */
const STRETCH_ROWS = 1000
/** After every image there will ever be, in the order of upload. */
export const NEWEST: ImagePosition = { uploadedAt: Number.MAX_SAFE_INTEGER, id: '' }

/**
 * Counts of the images that are shown, so that neither counting them nor finding page 500 of them walks through all.
 *
 * Marks stand in the order (`uploaded_at`, `id`), about a thousand images apart, each with the number of images from
 * itself up to the next mark. The n-th newest image is found by adding up marks, then walking at most one stretch:
 * n / 1,000 + 2,000 rows are read at most. There is a sequence of marks for all images, and one for each creator's.
 */
export interface ImageMarks {
  /** An image begins to be shown. Part of the caller's transaction, as is {@link remove}. */
  add(image: CountedImage): void
  /** An image ends being shown. */
  remove(image: CountedImage): void
  count(): number
  /** The position of the `nth` newest image, from 1; null when there are fewer. */
  find(nth: number, creator?: string): ImagePosition | null
}

export type CountedImage = { id: string; uploaded_at: number; creator: string | null }

const SCHEMA =
  'CREATE TABLE IF NOT EXISTS marks (sequence TEXT NOT NULL, uploaded_at INTEGER NOT NULL, id TEXT NOT NULL, ' +
  'images INTEGER NOT NULL, PRIMARY KEY (sequence, uploaded_at, id)) WITHOUT ROWID'

const ALL = 'all'
const sequenceOf = (creator: string | null): string =>
  creator === null || creator === '' ? 'creator:' : `creator:${creator}`
/** SQL that tells a creator's images; an empty creator stands for none. */
export const creatorFilter = (creator: string | undefined): { sql: string; bindings: string[] } => {
  if (creator === undefined) return { sql: '', bindings: [] }
  return creator === ''
    ? { sql: 'AND creator IS NULL', bindings: [] }
    : { sql: 'AND creator = ?', bindings: [creator] }
}

type Mark = { uploaded_at: number; id: string; images: number }

export function createImageMarks(sql: SqlStorage): ImageMarks {
  sql.exec(SCHEMA)

  const [counted] = sql.exec("SELECT 1 FROM facts WHERE name = 'count'").toArray()
  if (counted === undefined) countAnew(sql)

  const changeCount = (by: number) => {
    sql.exec("UPDATE facts SET value = CAST(value AS INTEGER) + ? WHERE name = 'count'", by)
  }
  /** The mark of the stretch that an image is in, its number of images changed; null when there is none. */
  const changeMark = (sequence: string, { uploaded_at, id }: CountedImage, by: number): Mark | null => {
    const [mark] = sql
      .exec<Mark>(
        'UPDATE marks SET images = images + ? WHERE sequence = ? AND (uploaded_at, id) = ' +
          '(SELECT uploaded_at, id FROM marks WHERE sequence = ? AND (uploaded_at, id) <= (?, ?) ' +
          'ORDER BY uploaded_at DESC, id DESC LIMIT 1) RETURNING uploaded_at, id, images',
        ...[by, sequence, sequence, uploaded_at, id],
      )
      .toArray()
    return mark ?? null
  }
  const insertMark = (sequence: string, { uploaded_at, id, images }: Mark) => {
    sql.exec(
      'INSERT INTO marks (sequence, uploaded_at, id, images) VALUES (?, ?, ?, ?)',
      ...[sequence, uploaded_at, id, images],
    )
  }
  const part = (sequence: string, mark: Mark, creator: string | undefined) => {
    const filter = creatorFilter(creator)
    const [middle] = sql
      .exec<{ uploaded_at: number; id: string }>(
        `SELECT uploaded_at, id FROM images WHERE ${IS_SHOWN} ${filter.sql} AND (uploaded_at, id) >= (?, ?) ` +
          'ORDER BY uploaded_at, id LIMIT 1 OFFSET ?',
        ...[...filter.bindings, mark.uploaded_at, mark.id, STRETCH_ROWS],
      )
      .toArray()
    if (middle === undefined) return
    sql.exec(
      'UPDATE marks SET images = ? WHERE sequence = ? AND uploaded_at = ? AND id = ?',
      ...[STRETCH_ROWS, sequence, mark.uploaded_at, mark.id],
    )
    insertMark(sequence, { ...middle, images: mark.images - STRETCH_ROWS })
  }
  const sequencesOf = ({ creator }: CountedImage): [string, string | undefined][] => [
    [ALL, undefined],
    [sequenceOf(creator), creator ?? ''],
  ]

  return {
    add(image) {
      changeCount(1)
      for (const [sequence, creator] of sequencesOf(image)) {
        const mark = changeMark(sequence, image, 1)
        // Older than every mark: the first of its sequence stands before all that may come.
        if (mark === null) insertMark(sequence, { uploaded_at: 0, id: '', images: 1 })
        else if (mark.images >= 2 * STRETCH_ROWS) part(sequence, mark, creator)
      }
    },
    remove(image) {
      changeCount(-1)
      for (const [sequence] of sequencesOf(image)) {
        const mark = changeMark(sequence, image, -1)
        if (mark === null || mark.images > 0) continue
        sql.exec(
          'DELETE FROM marks WHERE sequence = ? AND uploaded_at = ? AND id = ?',
          ...[sequence, mark.uploaded_at, mark.id],
        )
      }
    },
    count: () =>
      sql
        .exec<{ count: number }>("SELECT CAST(value AS INTEGER) AS count FROM facts WHERE name = 'count'")
        .one().count,
    find(nth, creator) {
      let before = NEWEST
      let passed = 0
      const marks = sql.exec<Mark>(
        'SELECT uploaded_at, id, images FROM marks WHERE sequence = ? ORDER BY uploaded_at DESC, id DESC',
        creator === undefined ? ALL : sequenceOf(creator),
      )
      for (const mark of marks) {
        if (passed + mark.images >= nth) break
        passed += mark.images
        before = { uploadedAt: mark.uploaded_at, id: mark.id }
      }
      const filter = creatorFilter(creator)
      const [row] = sql
        .exec<{ uploaded_at: number; id: string }>(
          `SELECT uploaded_at, id FROM images WHERE ${IS_SHOWN} ${filter.sql} AND (uploaded_at, id) < (?, ?) ` +
            'ORDER BY uploaded_at DESC, id DESC LIMIT 1 OFFSET ?',
          ...[...filter.bindings, before.uploadedAt, before.id, nth - passed - 1],
        )
        .toArray()
      return row === undefined ? null : { uploadedAt: row.uploaded_at, id: row.id }
    },
  }
}

/** Count images that are there already: once, for an account from before there were marks. */
function countAnew(sql: SqlStorage): void {
  sql.exec('DELETE FROM marks')
  const sequences = [
    { name: `'${ALL}'`, partition: '' },
    { name: "'creator:' || coalesce(creator, '')", partition: 'PARTITION BY creator' },
  ]
  for (const { name, partition } of sequences) {
    sql.exec(
      'INSERT INTO marks (sequence, uploaded_at, id, images) ' +
        'SELECT sequence, uploaded_at, id, min(?, total - place) FROM (' +
        `SELECT ${name} AS sequence, uploaded_at, id, count(*) OVER (${partition}) AS total, ` +
        `row_number() OVER (${partition} ORDER BY uploaded_at, id) - 1 AS place FROM images WHERE ${IS_SHOWN}` +
        ') WHERE place % ? = 0',
      ...[STRETCH_ROWS, STRETCH_ROWS],
    )
  }
  sql.exec(`INSERT INTO facts (name, value) SELECT 'count', count(*) FROM images WHERE ${IS_SHOWN}`)
}
