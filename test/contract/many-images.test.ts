import { runInDurableObject } from 'cloudflare:test'
import { durableImageIndex } from '@tintype/storage'
import { beforeAll, describe, expect, it } from 'vitest'
import { createImageTable } from '../../packages/storage/src/durable/image-table.ts'
import { bindings, freshAccountId } from './env.ts'

const IMAGES = 20_000
const accountId = freshAccountId()
const index = durableImageIndex(bindings.IMAGES, accountId)
const shard = bindings.IMAGES.get(bindings.IMAGES.idFromName(`${accountId}/0`))
/** The i-th oldest image, from 1; every tenth is ann's. Three share each millisecond. */
const idOf = (i: number) => `image-${String(i).padStart(6, '0')}`

beforeAll(async () => {
  await index.count() // makes the tables
  await runInDurableObject(shard, (_, { storage }) => {
    storage.sql.exec(
      'WITH RECURSIVE numbers (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < ?) ' +
        'INSERT INTO images (id, state, access, blob_key, creator, source, uploaded_at) ' +
        "SELECT 'image-' || printf('%06d', i), 'ready', 'public', 'blobs/x/' || i, iif(i % 10 = 0, 'ann', NULL), " +
        "'null', 1000 + i / 3 FROM numbers",
      IMAGES,
    )
    // As an account from before images were counted: they are counted when its object starts.
    storage.sql.exec("DELETE FROM facts WHERE name = 'count'")
    createImageTable(storage, undefined)
  })
})

/** What `work` makes the object read, by the statements' own account. */
async function rowsRead<T>(work: () => Promise<T>): Promise<{ rows: number; statements: number; result: T }> {
  const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = []
  await runInDurableObject(shard, (_, { storage: { sql } }) => {
    const { exec } = Object.getPrototypeOf(sql) as SqlStorage
    sql.exec = ((...query: Parameters<SqlStorage['exec']>) => {
      const cursor = exec.apply(sql, query)
      cursors.push(cursor)
      return cursor
    }) as SqlStorage['exec']
  })
  try {
    const result = await work()
    return await runInDurableObject(shard, () => ({
      ...{
        rows: cursors.reduce((sum, cursor) => sum + cursor.rowsRead, 0),
        statements: cursors.length,
        result,
      },
    }))
  } finally {
    await runInDurableObject(shard, (_, { storage }) => {
      Reflect.deleteProperty(storage.sql, 'exec')
    })
  }
}

describe(`an account of ${IMAGES} images`, () => {
  it('is counted, also by creator, when its object starts', async () => {
    expect(await index.count()).toBe(IMAGES)
    expect((await index.findNth(2000, 'ann'))?.id).toBe(idOf(10))
    expect(await index.findNth(2001, 'ann')).toBeNull()
    expect((await index.findNth(18_000, ''))?.id).toBe(idOf(1))
  })
  it('is not walked through by its alarm', async () => {
    await index.reserve({ id: 'under way', blobKey: 'blobs/x/under-way', uploadedAt: 1 })
    await index.createTicket({
      ...{ id: 'ticket', access: 'public', metadata: null, creator: null },
      ...{ uploadedAt: 1, expiresAt: Date.now() + 60_000 },
    })
    const { rows, statements } = await rowsRead(() =>
      runInDurableObject(shard, (instance) => (instance as unknown as { alarm(): Promise<void> }).alarm()),
    )
    expect(statements).toBeGreaterThan(2)
    expect(rows).toBeLessThan(100)
  })
  it('is not walked through by an upload, a deletion or a count', async () => {
    const terms = { id: 'new', access: 'public' as const, metadata: null, creator: 'ann' }
    const source = {
      ...{ format: 'png' as const, sizeBytes: 3, width: 1, height: 1 },
      ...{ orientation: 1, hasAlpha: false, animated: false },
    }
    const { rows } = await rowsRead(async () => {
      await index.reserve({ id: 'new', blobKey: 'blobs/x/new', uploadedAt: 9000 })
      await index.commit('new', 'blobs/x/new', { terms, filename: null, source })
      expect(await index.count()).toBe(IMAGES + 1)
    })
    expect(rows).toBeLessThan(100)
    expect((await index.findNth(1, 'ann'))?.id).toBe('new')
    await runInDurableObject(shard, (_, { storage }) => {
      createImageTable(storage, undefined).markDeleting('new')
      storage.sql.exec("DELETE FROM images WHERE id = 'new'")
    })
    expect([await index.count(), (await index.findNth(1, 'ann'))?.id]).toEqual([IMAGES, idOf(IMAGES)])
  })
  it.each([1, 1000, 10_000, IMAGES])(
    'reads a page behind the %i-th newest without walking there',
    async (nth) => {
      const { rows, result } = await rowsRead(async () => {
        const after = await index.findNth(nth)
        return after && { after, page: await index.list({ after, limit: 10 }) }
      })
      expect(result?.after.id).toBe(idOf(IMAGES + 1 - nth))
      expect(result?.page.map(({ id }) => id)).toEqual(
        Array.from({ length: Math.min(10, IMAGES - nth) }, (_, i) => idOf(IMAGES - nth - i)),
      )
      expect(rows).toBeLessThan(2100)
    },
  )
  it('finds nothing behind its last image', async () => {
    const { rows, result } = await rowsRead(() => index.findNth(IMAGES + 1))
    expect(result).toBeNull()
    expect(rows).toBeLessThan(100)
  })
  it('keeps its marks true when images come and go in all places', async () => {
    await runInDurableObject(shard, (_, { storage }) => {
      const table = createImageTable(storage, undefined)
      // A stretch in the middle goes, and so many come after the newest that stretches are parted.
      for (let i = 5001; i <= 8000; i++) table.markDeleting(idOf(i))
      for (let i = 1; i <= 5000; i++) {
        storage.sql.exec(
          'INSERT INTO images (id, state, access, uploaded_at) ' + "VALUES (?, 'committed', 'public', ?)",
          ...[`late-${i}`, i <= 100 ? 1 : 50_000 + i],
        )
        table.markReady(`late-${i}`)
      }
    })
    const expected = await runInDurableObject(shard, (_, { storage }) =>
      storage.sql
        .exec<{ id: string }>(
          "SELECT id FROM images WHERE state = 'ready' ORDER BY uploaded_at DESC, id DESC",
        )
        .toArray()
        .map(({ id }) => id),
    )
    expect(await index.count()).toBe(expected.length)
    for (let nth = 1; nth <= expected.length; nth += 619)
      expect((await index.findNth(nth))?.id).toBe(expected[nth - 1])
    expect((await index.findNth(expected.length))?.id).toBe(expected.at(-1))
    expect(await index.findNth(expected.length + 1)).toBeNull()
    const stretches = await runInDurableObject(shard, (_, { storage }) =>
      storage.sql.exec<{ images: number }>("SELECT images FROM marks WHERE sequence = 'all'").toArray(),
    )
    expect(Math.max(...stretches.map(({ images }) => images))).toBeLessThan(2000)
    expect(stretches.reduce((sum, { images }) => sum + images, 0)).toBe(expected.length)
  })
})
