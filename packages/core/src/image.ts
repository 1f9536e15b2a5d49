import type { Format } from './formats.ts'
import type { Access } from './image-id.ts'

export type JsonObject = { readonly [key: string]: unknown }

/** What the bytes of an animation say of it. */
export interface AnimationFacts {
  /** At least 1, and more than that but for a WebP whose only picture is a frame. */
  readonly frames: number
  /** Times it is played; 0 for ever. */
  readonly plays: number
  /** A frame may bring back what was there before it, which takes a second canvas. */
  readonly restoresPrevious: boolean
  /** Of a WebP, whose frames are decoded whole: the most that one takes in the file. */
  readonly largestFrameBytes?: number
  /** The bytes stop before the animation does: these are the frames that came whole. */
  readonly isCut?: boolean
}

/** What the bytes of an original say of it. Sizes are as stored, before orientation. */
export interface SourceFacts {
  readonly format: Format
  readonly sizeBytes: number
  readonly width: number
  readonly height: number
  /** EXIF orientation, 1–8. */
  readonly orientation: number
  readonly hasAlpha: boolean
  readonly animated: boolean
  /** Of an animation that can be decoded frame by frame; absent for all else. */
  readonly animation?: AnimationFacts
}

/** What the uploader, or the backend that made a ticket, decided about an image. */
export interface ImageTerms {
  readonly id: string
  readonly access: Access
  /** As given; null when unset. At most 1,024 bytes of JSON. */
  readonly metadata: JsonObject | null
  readonly creator: string | null
}

/** An image of the index: a stored one (`ready`), or the draft of a direct upload. */
export interface ImageRecord extends ImageTerms {
  readonly filename: string | null
  readonly uploadedAt: number
  readonly state: 'ready' | 'draft'
  /** null for drafts. */
  readonly source: SourceFacts | null
  readonly blobKey: string | null
}

/** All that delivery must know of one image. Written last, removed first: no head, no image. */
export interface ImageHead {
  readonly id: string
  readonly access: Access
  readonly blobKey: string
  readonly source: SourceFacts
  /** Tags a user gave the image, purged as `tags`. */
  readonly tags: readonly string[]
}

const MAX_TAGS = 30

/**
 * The user tags of an image: its metadata key `tags`, a string or a list of strings.
 * Rule: docs/parity.md#user-tags (an extension: the original takes tags from an origin's `Cache-Tag` header only).
 */
export function tagsOfMetadata(metadata: JsonObject | null): string[] {
  const tags = metadata !== null && Object.hasOwn(metadata, 'tags') ? metadata.tags : undefined
  const list = typeof tags === 'string' ? [tags] : Array.isArray(tags) ? tags : []
  return [...new Set(list.filter((tag): tag is string => typeof tag === 'string' && tag !== ''))].slice(
    0,
    MAX_TAGS,
  )
}
