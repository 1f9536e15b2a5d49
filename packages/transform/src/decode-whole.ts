import { ApiError, type Plan, type SourceFacts, storedRect, uprightSize } from '@tintype/core'
import { orientRaster } from './orient.ts'
import { type Raster, releaseRaster } from './raster.ts'
import { resample } from './resample.ts'

/** A library call that turns a whole file into a whole picture, in stored orientation. */
type WholeDecoder = (bytes: Uint8Array<ArrayBuffer>) => Promise<Raster>

/**
 * Decode and resize with a decoder that knows nothing but whole pictures: read all bytes, decode, and free each stage
 * as soon as the next one has what it needs.
 */
export async function decodeWholeAndResize(
  body: ReadableStream<Uint8Array>,
  source: SourceFacts,
  plan: Plan,
  decode: WholeDecoder,
): Promise<Raster> {
  const bytes = await readExactly(body, source.sizeBytes)
  const decoded = await decode(bytes).catch((cause) => {
    throw new ApiError('decodingFailed', undefined, { cause })
  })
  bytes.buffer.transfer(0)
  if (decoded.width !== source.width || decoded.height !== source.height) {
    throw new ApiError('decodingFailed', 'its pixels contradict its header')
  }
  const { orientation } = source
  const upright = uprightSize(source)
  const turned = orientation >= 5
  const resized = resample(decoded, storedRect(orientation, upright, plan.crop), {
    width: turned ? plan.scaled.height : plan.scaled.width,
    height: turned ? plan.scaled.width : plan.scaled.height,
  })
  if (resized !== decoded) releaseRaster(decoded)
  const result = orientRaster(resized, orientation)
  if (result !== resized) releaseRaster(resized)
  return result
}

/** The body in one exactly packed buffer. @throws ApiError `decodingFailed` when it has another length */
async function readExactly(
  body: ReadableStream<Uint8Array>,
  sizeBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(sizeBytes)
  let used = 0
  for await (const chunk of body) {
    if (used + chunk.length > sizeBytes) throw new ApiError('decodingFailed', 'it is longer than was stored')
    bytes.set(chunk, used)
    used += chunk.length
  }
  if (used < sizeBytes) throw new ApiError('decodingFailed', 'it is shorter than was stored')
  return bytes
}
