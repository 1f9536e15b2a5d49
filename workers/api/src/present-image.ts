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
  const base = `${deliveryBase}/${encodeIdForPath(record.id)}`
  const { id, filename, uploadedAt, access, metadata, creator, state } = record
  return {
    id,
    filename,
    uploaded: new Date(uploadedAt).toISOString(),
    requireSignedURLs: access === 'private',
    variants: variantNames.map((name) => `${base}/${name}`),
    ...(metadata === null ? {} : { meta: metadata }),
    ...(creator === null ? {} : { creator }),
    ...(state === 'draft' ? { draft: true } : {}),
  }
}

/**
 * The same as JSON text, piece by piece: with a hundred variants of a long id it is more than a megabyte, of which only
 * the piece at hand needs to be in memory.
 */
export function* formatImage(
  record: ImageRecord,
  deliveryBase: string,
  variantNames: readonly string[],
): Generator<string, void> {
  const { variants: _, ...rest } = presentImage(record, deliveryBase, [])
  yield `${JSON.stringify(rest).slice(0, -1)},"variants":[`
  const base = `${deliveryBase}/${encodeIdForPath(record.id)}`
  for (const [i, name] of variantNames.entries())
    yield `${i === 0 ? '' : ','}${JSON.stringify(`${base}/${name}`)}`
  yield ']}'
}
