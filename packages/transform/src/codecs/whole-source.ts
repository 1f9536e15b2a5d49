import { ApiError, type SourceFacts, toOrientation } from '@tintype/core'
import {
  applyColourProfile,
  type ColourProfile,
  createResizer,
  KERNEL_STATIC_BYTES,
  type Kernel,
  type KernelRaster,
  PixelError,
  planResize,
  priceResize,
  watchThrough,
} from '@tintype/pixels'
import type { StillDecodePlan, StillGeometry } from '../codec.ts'
import type { MemoryMeter } from '../memory-meter.ts'
import { readWhole } from '../read-whole.ts'
import { storedSize, storedView } from '../stored-geometry.ts'
import { MAX_TOLD_BYTES, NOTHING_TOLD, type Told } from '../told.ts'

/** What a library's decoder gives: RGBA, straight alpha, in stored orientation. */
export interface DecodedPicture {
  readonly width: number
  readonly height: number
  readonly data: Uint8ClampedArray
  /** What the numbers mean, where that was not known before. */
  readonly profile?: ColourProfile | null
}

/** A decoder that knows nothing but whole files and whole pictures. */
export interface WholeDecoder {
  /** Its heap is held to this, bytes. */
  readonly heapBytes: number
  /** Buffers of JavaScript that it takes beside the file and its picture, bytes. */
  readonly workBytes: number
  /** `late` where only the whole file tells. */
  readonly profile: ColourProfile | null | 'late'
  /** What a whole file tells beside its pixels, as copies; null where this one has nothing. */
  readonly readTold?: ((file: Uint8Array) => Told) | null
  decode(file: Uint8Array, heapBytes: number, meter: MemoryMeter): Promise<DecodedPicture>
}

const RGBA_BYTES = 4
/** Tables of the largest profile there is, for one that is known too late to be priced. */
const LATE_PROFILE_BYTES = 2.5e6
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
    ...storedView(source, geometry),
    orientation: toOrientation(source.orientation),
  }
  const rowBytes = width * RGBA_BYTES
  const { readTold = null } = decoder
  const toldBytes = readTold === null ? 0 : 2 * MAX_TOLD_BYTES
  let told = NOTHING_TOLD
  return {
    told: readTold === null ? null : { mostBytes: toldBytes, read: () => told },
    price: {
      kernelBytes:
        KERNEL_STATIC_BYTES +
        priceResize(planResize({ ...request, kind: 'alpha' })) +
        rowBytes +
        (decoder.profile === 'late' ? LATE_PROFILE_BYTES : 0) +
        ALIGNMENT_BYTES,
      heapBytes: decoder.heapBytes + toldBytes,
      bufferBytes: sizeBytes + rowBytes * height + decoder.workBytes,
    },
    heldBytes: 0,
    profile: decoder.profile === 'late' ? null : decoder.profile,
    async run(kernel, pieces, meter) {
      const { picture, ...file } = await decodeFile(source, decoder, pieces, meter)
      told = file.told
      const isSeeThrough = !isOpaque(picture.data) // what pixels say is cheaper than what headers promise
      if (isSeeThrough && !source.hasAlpha) makeOpaque(picture.data)
      const kind = isSeeThrough && source.hasAlpha ? 'alpha' : 'opaque'
      const late = decoder.profile === 'late' ? (picture.profile ?? null) : null
      if (geometry.isWatched && late !== null) watchThrough(kernel, late)
      const raster = resizeRows(kernel, picture, planResize({ ...request, kind }))
      meter.release(picture.data.buffer.byteLength)
      ;(picture.data.buffer as ArrayBuffer).transfer(0)
      if (!geometry.isWatched && late !== null) applyColourProfile(kernel, raster, late)
      return { raster, truncated: false }
    },
  }
}

async function decodeFile(
  source: SourceFacts,
  { decode, heapBytes, readTold }: WholeDecoder,
  file: AsyncIterable<Uint8Array>,
  meter: MemoryMeter,
): Promise<{ readonly picture: DecodedPicture; readonly told: Told }> {
  const bytes = await readWhole(file, source.sizeBytes)
  meter.hold(bytes.length)
  const told = readTold?.(bytes) ?? NOTHING_TOLD
  meter.hold((told.exif?.length ?? 0) + (told.xmp?.length ?? 0))
  const picture = await decode(bytes, heapBytes, meter).catch((cause) => {
    throw new ApiError('decodingFailed', undefined, { cause })
  })
  meter.hold(picture.data.buffer.byteLength)
  meter.release(bytes.length)
  bytes.buffer.transfer(0)
  if (picture.width !== source.width || picture.height !== source.height) {
    throw new ApiError('decodingFailed', 'its pixels contradict its header')
  }
  return { picture, told }
}

/**
 * A file that declares no transparency has none, whatever its data say: a palette that is too short for its pixels, or an
 * alpha chunk that the header does not announce. Their colours are shown as they are stored.
 */
function makeOpaque(data: Uint8ClampedArray): void {
  for (let p = 3; p < data.length; p += RGBA_BYTES) data[p] = 255
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
