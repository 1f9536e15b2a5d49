import { encodeIdForPath, type ImageRecord } from '@tintype/core'

/** What a client sees of an image. Rule: docs/parity.md#image-object. */
export interface PresentedImage {
  readonly id: string
  readonly filename: string | null
  readonly uploaded: string
  readonly requireSignedURLs: boolean
  readonly variants: readonly string[]
  readonly meta?: object
  readonly creator?: string
  readonly draft?: true
}

/** @param deliveryBase origin and account hash, as `https://host/<hash>` */
export function presentImage(
  record: ImageRecord,
  deliveryBase: string,
  variantNames: readonly string[],
): PresentedImage {
  const { id, filename, uploadedAt, access, metadata, creator, state } = record
  return {
    id,
    filename,
    uploaded: new Date(uploadedAt).toISOString(),
    requireSignedURLs: access === 'private',
    variants: variantNames.map((name) => `${deliveryBase}/${encodeIdForPath(id)}/${name}`),
    ...(metadata === null ? {} : { meta: metadata }),
    ...(creator === null ? {} : { creator }),
    ...(state === 'draft' ? { draft: true } : {}),
  }
}
