import { ApiError, type Size, type SourceFacts, toOrientation } from '@tintype/core'
import {
  type ByteReader,
  type ColourProfile,
  createKernel,
  decodePng,
  encodePng,
  inflatePngProfile,
  PixelError,
  type PngEncodeOptions,
  type PngHeader,
  planPngDecode,
  pricePngEncode,
  readPngHeader,
} from '@tintype/pixels'
import { kernelModule } from '@tintype/pixels/module'
import type { EncodeSettings, StillCodec, StillDecodePlan, StillEncodePlan, StillGeometry } from '../codec.ts'
import { collectPieces, priceCollect } from '../collect-pieces.ts'
import { chooseProfile, MAX_PROFILE_BYTES } from '../colour.ts'
import type { NeedBytes } from '../decoder.ts'
import { storedSize, storedView } from '../stored-geometry.ts'
import { MAX_TOLD_BYTES, type ToldSource } from '../told.ts'

/** Reading begins with this many bytes and doubles them until the image data is reached. */
const FIRST_BYTES = 8 << 10
/** A profile has at most 1 MiB; whatever makes a header longer is no picture's. */
const MAX_START_BYTES = 2 << 20
/** Up to this many, in the reader and copied, are a small start. */
const SMALL_BYTES = 64 << 10
/** A kernel that unpacks a profile, without the profile. */
const UNPACKER_BYTES = 4 * 65_536
/** A profile that is packed in this many bytes has no more than that: cameras and screens need a few hundred. */
const SMALL_PROFILE = { packedBytes: 8 << 10, bytes: 64 << 10 } as const
/** The start in the reader and its copy; a profile in pieces, and that again in one. */
const LARGE_BYTES = 2 * MAX_START_BYTES + 2 * MAX_PROFILE_BYTES + UNPACKER_BYTES
/** Filter bytes, stored deflate blocks and chunk heads come on top of the pixels at the worst. */
const OVERHEAD = 1.01
const HEADER_BYTES = 8192

/** PNG through the kernel: rows are resized as they are unpacked, and a quality may take colours away. */
export const pngCodec: StillCodec = {
  async readStart(reader: ByteReader, need: NeedBytes) {
    let isLarge = false
    for (let wanted = FIRST_BYTES; ; wanted *= 2) {
      if (wanted > SMALL_BYTES && !isLarge) {
        isLarge = true
        await need(LARGE_BYTES)
      }
      const start = (await reader.peek(wanted)).subarray(0, wanted)
      const isAll = start.length < wanted
      if (isAll || wanted >= MAX_START_BYTES || reachesImageData(start)) {
        const copy = start.slice()
        reader.advance(copy.length)
        const profileBytes = mostProfileBytes(copy)
        if (profileBytes > SMALL_PROFILE.bytes && !isLarge) {
          await need(2 * copy.length + 2 * profileBytes + UNPACKER_BYTES)
        }
        return copy
      }
    }
  },

  planDecode(source: SourceFacts, start: Uint8Array, geometry: StillGeometry): StillDecodePlan {
    const { header } = readPngHeader(start)
    if (header.width !== source.width || header.height !== source.height) {
      throw new ApiError('decodingFailed', 'its pixels contradict its header')
    }
    const { profile, profileBytes, kernelBytes } = readProfile(header)
    const heldBytes = kernelBytes + profileBytes
    const plan = planPngDecode(header, {
      resize: {
        ...storedSize(source, geometry),
        ...storedView(source, geometry),
        orientation: toOrientation(source.orientation),
      },
      profile,
      maxBytes: Number.POSITIVE_INFINITY,
    })
    return {
      price: { kernelBytes: plan.priceBytes, heapBytes: heldBytes, bufferBytes: 0 },
      heldBytes: profile === null ? 0 : profileBytes, // the kernel that unpacked it is garbage by now
      told: toldOf(header),
      profile: plan.profile === null ? profile : null, // the decoder has converted it
      async run(kernel, file, meter) {
        meter.hold(heldBytes)
        return decodePng(kernel, file, plan)
      },
    }
  },

  planEncode({ width, height }: Size, settings: EncodeSettings): StillEncodePlan {
    const options = optionsOf(settings)
    const { told } = settings
    const largestBytes =
      HEADER_BYTES + (told?.mostBytes ?? 0) + Math.ceil(OVERHEAD * height * (width * 4 + 1))
    return {
      price: {
        kernelBytes: pricePngEncode(width, options),
        heapBytes: 0,
        bufferBytes: priceCollect(largestBytes),
      },
      run: async (raster, meter) =>
        collectPieces(encodePng(raster, { ...options, ...told?.read() }), largestBytes, meter),
    }
  },
}

/** Nothing is lost where no quality was asked for; a palette is not sought where time counts. */
const optionsOf = ({ quality, effort }: EncodeSettings): PngEncodeOptions =>
  quality === null || effort === 'fast' ? {} : { quality }

function toldOf({ exif, xmp }: PngHeader): ToldSource | null {
  if (exif === null && xmp === null) return null
  const xmpBytes = xmp === null ? 0 : xmp.isCompressed ? MAX_TOLD_BYTES : xmp.packet.length
  return {
    mostBytes: (exif?.length ?? 0) + xmpBytes,
    read: () => ({ exif, xmp: xmp?.isCompressed ? unpackXmp(xmp.packet) : (xmp?.packet ?? null) }),
  }
}

/** In a kernel of its own, as small as what filtering is priced at; null where it cannot be unpacked, or is too long. */
function unpackXmp(compressed: Uint8Array): Uint8Array | null {
  try {
    return inflatePngProfile(createKernel(kernelModule), { name: '', compressed }, MAX_TOLD_BYTES)
  } catch (error) {
    if (!(error instanceof PixelError)) throw error
    return null
  }
}

/** What is unpacked of a profile at most; one that is larger is no profile that anybody made. */
const mostUnpacked = ({ compressed }: NonNullable<PngHeader['iccProfile']>): number =>
  compressed.length <= SMALL_PROFILE.packedBytes ? SMALL_PROFILE.bytes : MAX_PROFILE_BYTES

/** What an embedded profile may unpack to, bytes; 0 where there is none, or the header cannot be read. */
function mostProfileBytes(start: Uint8Array): number {
  try {
    const { iccProfile } = readPngHeader(start).header
    return iccProfile === null ? 0 : mostUnpacked(iccProfile)
  } catch (error) {
    if (error instanceof PixelError) return 0
    throw error
  }
}

function reachesImageData(start: Uint8Array): boolean {
  try {
    return readPngHeader(start).complete
  } catch (error) {
    // What is wrong with it is said when it is planned; too few bytes are no fault yet.
    if (error instanceof PixelError) return error.reason !== 'truncated'
    throw error
  }
}

/** The embedded profile, unpacked in a kernel of its own, and what stays of both until the job is over. */
export function readProfile({ iccProfile, colourType }: PngHeader): {
  readonly profile: ColourProfile | null
  readonly profileBytes: number
  readonly kernelBytes: number
} {
  if (iccProfile === null) return { profile: null, profileBytes: 0, kernelBytes: 0 }
  const kernel = createKernel(kernelModule)
  try {
    const embedded = inflatePngProfile(kernel, iccProfile, mostUnpacked(iccProfile))
    const isGrey = colourType === 0 || colourType === 4
    const profile = chooseProfile(embedded, isGrey ? 'grey' : 'rgb')
    return { profile, profileBytes: embedded.length, kernelBytes: kernel.peakBytes() }
  } catch (error) {
    if (!(error instanceof PixelError)) throw error
    return { profile: null, profileBytes: 0, kernelBytes: kernel.peakBytes() } // the picture can be shown without
  }
}
