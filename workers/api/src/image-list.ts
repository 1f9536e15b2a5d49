import type { ImageIndex, ImagePosition, ImageRecord } from '@tintype/core'

/** Records that are held at a time: of the longest ids and metadata about a megabyte. */
const PAGE_RECORDS = 100
/** Text is passed on in chunks of about this size. */
const CHUNK_CHARACTERS = 32 * 1024

/** Which images: so many, after a position, of a creator. */
export interface ImageQuery {
  readonly after: ImagePosition | undefined
  readonly limit: number
  readonly creator: string | undefined
}

/** Records of a query, read page by page as they are taken. */
export async function* readImages(
  images: Pick<ImageIndex, 'list'>,
  { limit, creator, ...query }: ImageQuery,
): AsyncGenerator<ImageRecord, void> {
  let { after } = query
  for (let left = limit; left > 0; ) {
    const pageSize = Math.min(left, PAGE_RECORDS)
    const page = await images.list({
      limit: pageSize,
      ...(after === undefined ? {} : { after }),
      ...(creator === undefined ? {} : { creator }),
    })
    yield* page
    const last = page.at(-1)
    if (last === undefined || page.length < pageSize) return
    after = { uploadedAt: last.uploadedAt, id: last.id }
    left -= page.length
  }
}

/**
 * Text as bytes, written as fast as it is read: an answer of many megabytes never stands in memory whole.
 * @param pieces of a few kilobytes each. The first is read at once: what fails there is still an error of its own, and later
 *   only the connection can break
 * @returns a stream whose failure is that of `pieces`; cancelling it ends them
 */
export async function streamText(pieces: AsyncGenerator<string, void>): Promise<ReadableStream<Uint8Array>> {
  const encoder = new TextEncoder()
  const first = await pieces.next()
  let text = first.done ? '' : first.value
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        while (text.length < CHUNK_CHARACTERS) {
          const { value, done } = await pieces.next()
          if (done) {
            if (text !== '') controller.enqueue(encoder.encode(text))
            return controller.close()
          }
          text += value
        }
        controller.enqueue(encoder.encode(text))
        text = ''
      },
      async cancel() {
        await pieces.return()
      },
    },
    { highWaterMark: 0 },
  )
}
