/** Targets whose published form is older than the authority. Kept in SQL beside the change that made them so. */
export interface Outbox {
  setUp(): void
  /** Part of the caller's transaction. */
  add(target: string): void
  /** The same for a target that never changes: only the first call counts. */
  addOnce(target: string): void
  /** Publish what may be published now. Never throws: what stays is retried by the object's alarm. */
  flush(): Promise<void>
}

const RETRY_MS = 2000

/**
 * @param intervalMs least time between two publications of one target
 * @param publish writes the newest form of a target; may throw
 */
export function createOutbox(
  storage: DurableObjectStorage,
  intervalMs: number,
  publish: (target: string) => Promise<void>,
): Outbox {
  const { sql } = storage
  // One writer at a time, or an older document could land after a newer one.
  let tail = Promise.resolve()

  async function publishOne(target: string, change: number): Promise<number> {
    const [last] = sql
      .exec<{ published_at: number }>('SELECT published_at FROM outbox WHERE target = ?', target)
      .toArray()
    const dueAt = (last?.published_at ?? 0) + intervalMs
    if (dueAt > Date.now()) return dueAt
    try {
      await publish(target)
    } catch (error) {
      console.error('publishing to the edge failed; it will be retried', error)
      return Date.now() + RETRY_MS
    }
    // A change that came in meanwhile raised `change`, so that the target stays due.
    sql.exec('UPDATE outbox SET published_at = ? WHERE target = ?', Date.now(), target)
    sql.exec('UPDATE outbox SET published = ? WHERE target = ?', change, target)
    const [row] = sql
      .exec<{ due: number }>('SELECT change > published AS due FROM outbox WHERE target = ?', target)
      .toArray()
    return row?.due ? Date.now() + intervalMs : 0
  }

  async function flushOnce(): Promise<void> {
    const due = sql
      .exec<{ target: string; change: number }>('SELECT target, change FROM outbox WHERE change > published')
      .toArray()
    const retries: number[] = []
    for (const { target, change } of due) retries.push(await publishOne(target, change))
    const next = Math.min(...retries.filter((at) => at > 0))
    if (Number.isFinite(next)) await storage.setAlarm(Math.max(next, Date.now() + 1))
  }

  return {
    setUp() {
      sql.exec(
        'CREATE TABLE IF NOT EXISTS outbox (target TEXT PRIMARY KEY, change INTEGER NOT NULL, ' +
          'published INTEGER NOT NULL DEFAULT 0, published_at INTEGER NOT NULL DEFAULT 0)',
      )
    },
    add(target) {
      sql.exec(
        'INSERT INTO outbox (target, change) VALUES (?, 1) ON CONFLICT (target) DO UPDATE SET change = change + 1',
        target,
      )
      // Should the object die between this commit and the flush, the alarm still publishes.
      void storage.setAlarm(Date.now() + RETRY_MS)
    },
    addOnce(target) {
      const isThere = sql.exec('SELECT 1 FROM outbox WHERE target = ?', target).toArray().length > 0
      if (!isThere) this.add(target)
    },
    async flush() {
      tail = tail.then(flushOnce).catch((error) => {
        console.error('the outbox could not be flushed; the alarm will try again', error)
      })
      await tail
    },
  }
}
