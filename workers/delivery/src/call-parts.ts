import { ApiError, type BlobStore, MAX_OVERLAYS } from '@tintype/core'
import { type StoredPart, storePart } from './store-part.ts'

/** The pictures that came with one call, while it lasts. */
export interface CallParts {
  /** @throws ApiError as `storePart` */
  add(bytes: ReadableStream<Uint8Array>): Promise<StoredPart>
  /** Where the render Worker finds them: keys by SHA-256. */
  keys(): Readonly<Record<string, string>>
  isEmpty(): boolean
  removeAll(): Promise<void>
}

export function createCallParts(blobs: BlobStore, random: () => string): CallParts {
  const stored: StoredPart[] = []
  return {
    async add(bytes) {
      const part = await storePart(bytes, blobs, random)
      stored.push(part)
      return part
    },
    keys: () => Object.fromEntries(stored.map(({ sha256, blobKey }) => [sha256, blobKey])),
    isEmpty: () => stored.length === 0,
    removeAll: () => blobs.remove(stored.map(({ blobKey }) => blobKey)),
  }
}

/**
 * Options of a call in which every picture to be drawn has a name: bytes are put aside, and known by their hash. A hash that
 * the caller gives names nothing, because what it stands for did not come with the call.
 * @throws ApiError `invalidOptions`, and as `storePart`
 */
export async function nameParts(
  image: Readonly<Record<string, unknown>>,
  parts: CallParts,
): Promise<Readonly<Record<string, unknown>>> {
  const { draw } = image
  // What is no list is refused by whoever parses it, and so is one that is too long, before anything of it is read.
  if (!Array.isArray(draw) || draw.length > MAX_OVERLAYS) return image
  const named: unknown[] = []
  for (const entry of draw) named.push(await nameEntry(entry, parts))
  return { ...image, draw: named }
}

async function nameEntry(entry: unknown, parts: CallParts): Promise<unknown> {
  if (typeof entry !== 'object' || entry === null) return entry
  const { bytes, part, ...rest } = entry as Readonly<Record<string, unknown>>
  if (part !== undefined)
    throw new ApiError('invalidOptions', 'the bytes of a "part" did not come with the call')
  if (bytes === undefined) return entry
  if (!(bytes instanceof ReadableStream)) throw new ApiError('invalidOptions', '"bytes" must be a stream')
  return { ...rest, part: (await parts.add(bytes as ReadableStream<Uint8Array>)).sha256 }
}
