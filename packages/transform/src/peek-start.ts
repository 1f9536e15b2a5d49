/**
 * Look at the first bytes of a stream without losing them; the rest stays where it is until somebody reads on.
 * @returns at least `wantedBytes` unless the stream is shorter, and a stream of all bytes
 */
export async function peekStart(
  body: ReadableStream<Uint8Array>,
  wantedBytes: number,
): Promise<{ readonly start: Uint8Array; readonly body: ReadableStream<Uint8Array> }> {
  const reader = body.getReader()
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  while (sizeBytes < wantedBytes) {
    const { done, value } = await reader.read()
    if (done) break
    chunks.push(value)
    sizeBytes += value.length
  }
  const start = new Uint8Array(sizeBytes)
  let at = 0
  for (const chunk of chunks) {
    start.set(chunk, at)
    at += chunk.length
  }
  let isStartSent = false
  const replayed = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (!isStartSent) {
          isStartSent = true
          if (start.length > 0) return controller.enqueue(start)
        }
        const { done, value } = await reader.read()
        if (done) controller.close()
        else controller.enqueue(value)
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
  return { start, body: replayed }
}
