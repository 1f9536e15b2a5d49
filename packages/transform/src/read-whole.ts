import { ApiError } from '@tintype/core'

/**
 * A file in one exactly packed buffer.
 * @param sizeBytes what was stored; never more is allocated
 * @throws ApiError `decodingFailed` when it has another length
 */
export async function readWhole(
  file: AsyncIterable<Uint8Array>,
  sizeBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(sizeBytes)
  const used = await readInto(bytes, file)
  if (used < sizeBytes) throw new ApiError('decodingFailed', 'it is shorter than was stored')
  return bytes
}

/** Fill a buffer from a file that may be shorter. Returns the bytes read. @throws ApiError when it is longer */
export async function readInto(bytes: Uint8Array, file: AsyncIterable<Uint8Array>): Promise<number> {
  let used = 0
  for await (const chunk of file) {
    if (used + chunk.length > bytes.length) {
      throw new ApiError('decodingFailed', 'it is longer than was stored')
    }
    bytes.set(chunk, used)
    used += chunk.length
  }
  return used
}
