/** A body that is looked at first and read afterwards: what was looked at is kept for that. */
export interface Replayable {
  /**
   * The body from its first byte on, for the first reader, and again for the second, when the first has left.
   * @returns null where that is not possible: too much was read, or it was opened twice already
   */
  open(): Promise<ReadableStream<Uint8Array> | null>
  /** Nobody will read on. */
  close(): Promise<void>
}

/** @param maxBytes more than this is not kept */
export function createReplayable(body: ReadableStream<Uint8Array>, maxBytes: number): Replayable {
  const reader = body.getReader()
  /** What the first reader was given; null once it is of no use. */
  let kept: Uint8Array[] | null = []
  let keptBytes = 0
  let isFirst = true
  /** One that was under way when its reader left. */
  let lastRead: Promise<unknown> = Promise.resolve()

  async function read(): Promise<Uint8Array | undefined> {
    const { value } = await reader.read()
    if (kept === null || value === undefined) return value
    keptBytes += value.length
    if (keptBytes > maxBytes) kept = null
    else kept.push(value)
    return value
  }

  const streamOf = (replay: Uint8Array[]): ReadableStream<Uint8Array> =>
    new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          const chunk = replay.shift()
          if (chunk !== undefined) return controller.enqueue(chunk)
          const reading = read()
          lastRead = reading.catch(() => {})
          const value = await reading
          if (value === undefined) controller.close()
          else controller.enqueue(value)
        },
        async cancel() {
          if (kept === null) await reader.cancel()
        },
      },
      { highWaterMark: 0 },
    )

  return {
    async open() {
      if (isFirst) {
        isFirst = false
        return streamOf([])
      }
      await lastRead
      if (kept === null) return null
      const replay = kept
      kept = null
      return streamOf(replay)
    },
    close: () => reader.cancel().catch(() => {}),
  }
}
