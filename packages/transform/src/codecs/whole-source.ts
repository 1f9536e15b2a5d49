import { ApiError, type SourceFacts, storedRect, toOrientation, uprightSize } from '@tintype/core'
import {
  type ColourProfile,
  createResizer,
  KERNEL_STATIC_BYTES,
  type Kernel,
  type KernelRaster,
  PixelError,
  planResize,
  priceResize,
} from '@tintype/pixels'
import type { StillDecodePlan, StillGeometry } from '../codec.ts'
import type { MemoryMeter } from '../memory-meter.ts'
import { readWhole } from '../read-whole.ts'
import { isWhole, storedSize } from '../stored-geometry.ts'

/** What a library's decoder gives: RGBA, straight alpha, in stored orientation. */
export interface DecodedPicture {
  readonly width: number
  readonly height: number
  readonly data: Uint8ClampedArray
}

/** A decoder that knows nothing but whole files and whole pictures. */
export interface WholeDecoder {
  /** Its heap is held to this, bytes. */
  readonly heapBytes: number
  readonly profile: ColourProfile | null
  decode(file: Uint8Array, heapBytes: number, meter: MemoryMeter): Promise<DecodedPicture>
}

const RGBA_BYTES = 4
/** A few allocations, each aligned to 16 bytes. */
const ALIGNMENT_BYTES = 256

/** Plan to decode with a library, and to push what it gives through the kernel's resizer, row by row. */
export function planWholeSource(
  source: SourceFacts,
  geometry: StillGeometry,
  decoder: WholeDecoder,
): StillDecodePlan {
  const { width, height, sizeBytes } = source
  const request = {
    width,
    height,
    ...storedSize(source, geometry),
    ...(isWhole(source, geometry)
      ? {}
      : { window: storedRect(source.orientation, uprightSize(source), geometry.crop) }),
    orientation: toOrientation(source.orientation),
  }
  const rowBytes = width * RGBA_BYTES
  return {
    price: {
      kernelBytes:
        KERNEL_STATIC_BYTES +
        priceResize(planResize({ ...request, kind: 'alpha' })) +
        rowBytes +
        ALIGNMENT_BYTES,
      heapBytes: decoder.heapBytes,
      bufferBytes: sizeBytes + rowBytes * height,
    },
    heldBytes: 0,
    profile: decoder.profile,
    async run(kernel, file, meter) {
      const picture = await decodeFile(source, decoder, file, meter)
      const kind = isOpaque(picture.data) ? 'opaque' : 'alpha' // what pixels say is cheaper than what headers promise
      const raster = resizeRows(kernel, picture, planResize({ ...request, kind }))
      meter.release(picture.data.byteLength)
      ;(picture.data.buffer as ArrayBuffer).transfer(0)
      return { raster, truncated: false }
    },
  }
}

async function decodeFile(
  source: SourceFacts,
  { decode, heapBytes }: WholeDecoder,
  file: AsyncIterable<Uint8Array>,
  meter: MemoryMeter,
): Promise<DecodedPicture> {
  const bytes = await readWhole(file, source.sizeBytes)
  meter.hold(bytes.length)
  const picture = await decode(bytes, heapBytes, meter).catch((cause) => {
    throw new ApiError('decodingFailed', undefined, { cause })
  })
  meter.hold(picture.data.byteLength)
  meter.release(bytes.length)
  bytes.buffer.transfer(0)
  if (picture.width !== source.width || picture.height !== source.height) {
    throw new ApiError('decodingFailed', 'its pixels contradict its header')
  }
  return picture
}

function isOpaque(data: Uint8ClampedArray): boolean {
  for (let p = 3; p < data.length; p += RGBA_BYTES) if (data[p] !== 255) return false
  return true
}

function resizeRows(
  kernel: Kernel,
  { width, data }: DecodedPicture,
  plan: ReturnType<typeof planResize>,
): KernelRaster {
  const rowBytes = width * RGBA_BYTES
  try {
    const resizer = createResizer(kernel, plan)
    const row = kernel.exports.allocate(rowBytes)
    const target = kernel.bytes(row, rowBytes) // nothing allocates from here on, so the view stays
    resizer.skip(resizer.firstRow)
    for (let y = resizer.firstRow; y < resizer.endRow; y++) {
      target.set(data.subarray(y * rowBytes, (y + 1) * rowBytes))
      resizer.push(row)
    }
    return resizer.raster
  } catch (cause) {
    throw new PixelError('internal', 'The picture could not be resized', { cause })
  }
}
