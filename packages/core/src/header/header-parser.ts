import type { Format } from '../formats.ts'
import type { AnimationFacts } from '../image.ts'
import type { Orientation } from '../orientation.ts'
import type { ByteFeed } from './byte-feed.ts'

/** What a picture's own bytes say of it. Sizes are as stored, before orientation: px, within `picture-limits.ts`. */
export interface ImageHeader {
  readonly format: Format
  readonly width: number
  readonly height: number
  /** From EXIF (JPEG, PNG, WebP) or the container (AVIF, HEIC); 1 where absent or broken. */
  readonly orientation: Orientation
  /** Whether the file has a place for transparency, not whether a pixel uses it. */
  readonly hasAlpha: boolean
  /** GIF with a second frame, WebP and AVIF that declare an animation, PNG that declares one of two frames or more. */
  readonly animated: boolean
  /** Of GIF, WebP and PNG that are animated: frames are counted to the end of a GIF or WebP, and declared by a PNG. */
  readonly animation?: AnimationFacts
}

/**
 * One format's parser, from the file's first byte. Yields the header once, when nothing that follows can change it,
 * and `undefined` for more bytes; returns after the picture's last byte, so trailing bytes are never looked at.
 * @throws PictureRefusal as soon as the picture must be refused
 */
export type HeaderParser = (feed: ByteFeed) => Generator<ImageHeader | undefined, void, undefined>
