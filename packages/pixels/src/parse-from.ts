import { ByteFeed, type Parsing } from '@tintype/core/containers'
import type { ByteReader } from './byte-reader.ts'

/**
 * Run a parser on what a reader has next; afterwards the reader stands behind the last byte that it took.
 * @returns undefined when the file ends before the parser does
 */
export async function parseFrom<T>(
  reader: ByteReader,
  parse: (feed: ByteFeed) => Parsing<T>,
): Promise<T | undefined> {
  const feed = new ByteFeed()
  const parsing = parse(feed)
  let taken = 0
  for (;;) {
    const { done, value } = parsing.next()
    reader.advance(feed.position - taken)
    taken = feed.position
    if (done) return value
    const bytes = await reader.peek(1)
    if (bytes.length === 0) return undefined
    feed.push(bytes)
  }
}
