import type { OutputFormat, PictureOutput, Size } from '@tintype/core'
import { filterExif } from './exif.ts'
import { filterXmp } from './xmp.ts'

/** What a file tells of its picture beside the pixels. */
export interface Told {
  /** A TIFF block: EXIF without what a container writes before it. */
  readonly exif: Uint8Array | null
  /** An XMP packet, as it stands in the file. */
  readonly xmp: Uint8Array | null
}

/** The same, where it may come after the pixels. */
export interface ToldSource {
  /** More than this it is not, bytes. */
  readonly mostBytes: number
  /** Known once the first frame is there. */
  read(): Told
}

export const NOTHING_TOLD: Told = { exif: null, xmp: null }

/** Larger blocks are passed over: it is what one segment of a JPEG holds. */
export const MAX_TOLD_BYTES = 65_535

/** What is told by a file whose header has all of it; `told` counts as held by whoever has the header. */
export const toldAtOnce = (told: Told): ToldSource => ({ mostBytes: sizeOf(told), read: () => told })

const sizeOf = ({ exif, xmp }: Told): number => (exif?.length ?? 0) + (xmp?.length ?? 0)

/** Numbers of an XMP packet may become longer. */
const LENGTHENED_BYTES = 64
/** Copies while it is filtered: XMP as text, in pieces, and in bytes again. */
const COPIES = 6

/** Bytes that filtering takes beside its result. */
export const priceToldWork = (told: ToldSource | null): number =>
  told === null ? 0 : COPIES * told.mostBytes

/**
 * What of it stays in a result: `keep` all that still holds, in every format; `copyright` the copyright in a JPEG.
 * @returns null where nothing can
 * Rule: docs/parity.md#metadata.
 */
export function planTold(
  source: ToldSource | null,
  policy: PictureOutput['metadata'],
  format: OutputFormat,
  size: Size,
): ToldSource | null {
  if (source === null || source.mostBytes === 0 || policy === 'none') return null
  if (policy === 'copyright' && format !== 'jpeg') return null
  return {
    mostBytes: source.mostBytes + LENGTHENED_BYTES,
    read() {
      const { exif, xmp } = source.read()
      return {
        exif: exif === null ? null : filterExif(exif, policy, size),
        xmp: xmp === null || policy !== 'keep' ? null : filterXmp(xmp, size),
      }
    },
  }
}
