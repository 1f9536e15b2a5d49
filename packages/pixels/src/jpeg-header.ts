import {
  type ByteFeed,
  isFrameMarker,
  MARKER,
  nextSegment,
  type Parsing,
  parsePrefix,
  readExifOrientation,
  SEGMENT_NAME,
  startsWithAscii,
} from '@tintype/core/containers'
import { joinIccSegments } from './icc-segments.ts'
import { u16 } from './jpeg-segments.ts'
import { PixelError } from './pixel-error.ts'
import type { Orientation } from './resize.ts'

/** How the components make colours. `ycck` and `cmyk` are inks. */
export type JpegColour = 'grey' | 'ycc' | 'rgb' | 'cmyk' | 'ycck'

/** A component of the frame: sampling factors 1 to 4, number of its quantisation table. */
export interface JpegComponent {
  readonly id: number
  readonly h: number
  readonly v: number
  readonly quantiser: number
}

/** What a JPEG says about itself before its first scan. */
export interface JpegHeader {
  /** Stored size, px, before orientation. */
  readonly width: number
  readonly height: number
  readonly components: readonly JpegComponent[]
  readonly colour: JpegColour
  readonly isProgressive: boolean
  /** Whether all coefficients must be kept until the last scan: progressive, or components in scans of their own. */
  readonly isMultiScan: boolean
  readonly restartInterval: number
  /** From Exif; 1 when it says nothing. */
  readonly orientation: Orientation
  /** The ICC profile, out of all its segments; null when there is none or it is incomplete. */
  readonly icc: Uint8Array | null
  /** The TIFF block of the first Exif segment, a copy; null when there is none. */
  readonly exif: Uint8Array | null
  /** The first XMP packet, a copy; null when there is none. What other segments add to it is not read. */
  readonly xmp: Uint8Array | null
  /** Bytes of the header: the first scan's segment starts here. */
  readonly bytes: number
}

const FRAME_HEAD = 6
/** Marker and length. */
const SEGMENT_HEAD = 4
/** T.81 B.2.3: blocks of one MCU in a scan of several components. */
const MOST_BLOCKS = 10

const KINDS_NOT_READ: Record<number, string> = {
  195: 'lossless',
  197: 'hierarchical',
  198: 'hierarchical',
  199: 'lossless',
  201: 'arithmetic-coded',
  202: 'arithmetic-coded',
  203: 'lossless',
  205: 'hierarchical',
  206: 'hierarchical',
  207: 'lossless',
}

/**
 * Read a JPEG's header.
 * @param bytes the file from its start, up to its first scan at least
 * @throws PixelError `truncated` when the first scan does not start within `bytes`; `corrupt`; `unsupported` for
 *   arithmetic coding, 12 bits, lossless and hierarchical files
 */
export function readJpegHeader(bytes: Uint8Array): JpegHeader {
  if (bytes.length < 3) throw ended()
  if (bytes[0] !== 0xff || bytes[1] !== MARKER.soi || bytes[2] !== 0xff)
    throw corrupt('does not start as one')
  const header = parsePrefix(bytes, parseHeader)
  if (header === undefined) throw ended()
  return header
}

function* parseHeader(feed: ByteFeed): Parsing<JpegHeader> {
  let frame: Pick<JpegHeader, 'width' | 'height' | 'components' | 'isProgressive'> | undefined
  let exif: Uint8Array | null = null
  let xmp: Uint8Array | null = null
  let restartInterval = 0
  let adobe: number | undefined
  let isJfif = false
  const profile: Uint8Array[] = []

  for (;;) {
    const { marker, sizeBytes } = yield* nextSegment(feed)
    if (marker === MARKER.eoi) throw corrupt('has no scan')
    if (sizeBytes < 0) throw corrupt('has a segment of impossible length')
    const body = yield* feed.takeBytes(sizeBytes)
    if (marker === MARKER.sos) {
      if (!frame) throw corrupt('has a scan before its frame')
      return {
        ...frame,
        colour: chooseColour(frame.components, isJfif, adobe),
        isMultiScan: frame.isProgressive || (body[0] ?? 0) < frame.components.length,
        restartInterval,
        orientation: orientationOf(exif),
        icc: joinIccSegments(profile),
        exif,
        xmp,
        bytes: feed.position - sizeBytes - SEGMENT_HEAD,
      }
    }
    if (marker === MARKER.dac) throw unsupported('arithmetic-coded')
    if (isFrameMarker(marker)) {
      if (frame) throw corrupt('has two frames')
      frame = parseFrame(marker, body)
    } else if (marker === MARKER.dri && body.length >= 2) restartInterval = u16(body, 0)
    else if (marker === MARKER.app0) isJfif ||= startsWithAscii(body, SEGMENT_NAME.jfif)
    else if (marker === MARKER.app1 && startsWithAscii(body, SEGMENT_NAME.exif)) {
      exif ??= body.slice(SEGMENT_NAME.exif.length)
    } else if (marker === MARKER.app1 && startsWithAscii(body, SEGMENT_NAME.xmp)) {
      xmp ??= body.slice(SEGMENT_NAME.xmp.length)
    } else if (marker === MARKER.app2) profile.push(body)
    else if (marker === MARKER.app14 && startsWithAscii(body, SEGMENT_NAME.adobe) && body.length >= 12) {
      adobe = body[11]
    }
  }
}

function orientationOf(exif: Uint8Array | null): Orientation {
  if (exif === null) return 1
  return parsePrefix(exif, (feed) => readExifOrientation(feed, exif.length)) ?? 1
}

/**
 * Body of an SOF segment.
 *
 *     u8 bits │ u16 height │ u16 width │ u8 n │ n × { u8 id, u8 h << 4 | v, u8 quantiser }
 */
function parseFrame(marker: number, body: Uint8Array) {
  const kind = KINDS_NOT_READ[marker]
  if (kind) throw unsupported(kind)
  const count = body[FRAME_HEAD - 1] ?? 0
  if (body.length < FRAME_HEAD + count * 3) throw corrupt('has a frame cut short')
  if (body[0] !== 8) throw unsupported(`${body[0]}-bit`)
  const [height, width] = [u16(body, 1), u16(body, 3)]
  if (height === 0) throw new PixelError('unsupported', 'JPEGs that tell their height last are not read')
  if (width === 0) throw corrupt('has no width')
  if (count !== 1 && count !== 3 && count !== 4) throw unsupported(`${count}-component`)
  const components = Array.from({ length: count }, (_, i) => {
    const at = FRAME_HEAD + i * 3
    const [id, factors, quantiser] = body.subarray(at, at + 3) as unknown as [number, number, number]
    // A lone component is never interleaved, so that its factors mean nothing (T.81 A.2.2).
    const [h, v] = count === 1 ? [1, 1] : [factors >> 4, factors & 15]
    if (h < 1 || h > 4 || v < 1 || v > 4 || quantiser > 3) throw corrupt('has impossible sampling factors')
    return { id, h, v, quantiser }
  })
  if (new Set(components.map(({ id }) => id)).size < count) throw corrupt('has two components of one name')
  if (components.reduce((sum, { h, v }) => sum + h * v, 0) > MOST_BLOCKS) {
    throw corrupt('has impossible sampling factors')
  }
  return { width, height, components, isProgressive: marker === MARKER.sof2 }
}

/** As libjpeg decides: JFIF means YCbCr, else Adobe's word counts, else the names of the components. */
function chooseColour(components: readonly JpegComponent[], isJfif: boolean, adobe?: number): JpegColour {
  if (components.length === 1) return 'grey'
  if (components.length === 4) return adobe === 2 ? 'ycck' : 'cmyk'
  if (isJfif) return 'ycc'
  if (adobe !== undefined) return adobe === 0 ? 'rgb' : 'ycc'
  return String.fromCharCode(...components.map(({ id }) => id)) === 'RGB' ? 'rgb' : 'ycc'
}

const ended = () => new PixelError('truncated', 'The JPEG ends before its first scan')
const corrupt = (what: string) => new PixelError('corrupt', `The JPEG ${what}`)
const unsupported = (kind: string) => new PixelError('unsupported', `A JPEG of the ${kind} kind is not read`)
