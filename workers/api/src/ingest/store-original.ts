import {
  ApiError,
  type BlobStore,
  type FinishedUpload,
  type ImageRecord,
  type ImageTerms,
  judgeOriginal,
  type SourceFacts,
  UPLOAD_FORMATS,
} from '@tintype/core'
import { blobKey } from '@tintype/storage'
import type { Services } from '../services.ts'
import { keepReservation } from './keep-reservation.ts'
import { refuseUndeliverable } from './refuse-undeliverable.ts'
import type { UploadPlace } from './upload-places.ts'

/** What ingest needs of its Worker. */
export type IngestServices = Pick<Services, 'images' | 'blobs' | 'render' | 'uploadPlaces' | 'timers'>

/** An image of up to 10 MiB, inclusive. */
export const MAX_UPLOAD_BYTES = 10 * 1024 * 1024

/** Where an original comes from, and what becomes of it. The three are called once each, in this order. */
export interface UploadPlan {
  /** Claim an id for the blob. */
  reserve(blobKey: string): Promise<{ readonly id: string }>
  /** The original's bytes. */
  open(): Promise<ReadableStream<Uint8Array>>
  /** What the image shall be. Asked when its bytes are stored: fields of a form may follow its file. */
  describe(): Promise<{ readonly terms: ImageTerms; readonly filename: string | null }>
}

/**
 * Take an image into an account: reserve, store the bytes while they are judged, decide the terms, show it once,
 * commit. Whatever fails leaves nothing behind. Everything that brings images in ends here.
 * @throws ApiError for all that is wrong with the original or the id, and whatever the plan throws
 * Rule: docs/architecture.md#upload.
 */
export async function storeOriginal(
  accountId: string,
  plan: UploadPlan,
  services: IngestServices,
): Promise<ImageRecord> {
  const images = services.images(accountId)
  const key = blobKey(accountId, crypto.randomUUID())
  const { id } = await plan.reserve(key)
  const reservation = keepReservation(images, id, key)
  try {
    const upload = await storeDeliverable(accountId, key, plan, services)
    const record = await images.commit(id, key, upload)
    if (record === 'busy') throw new ApiError('idBusy')
    if (record === 'taken') throw new ApiError('alreadyExists', 'an image with this id')
    if (record === 'swept')
      throw new ApiError('uploadBroken', 'it took too long, or its ticket was withdrawn')
    return record
  } catch (error) {
    // What a failing clean-up leaves behind is swept when its lease is over. The client must hear why it failed first.
    await images.abandon(id, key).catch((failure) => console.error('an upload was not abandoned', failure))
    throw error
  } finally {
    reservation.release()
  }
}

/**
 * The part of an upload that takes from others: memory while its bytes are stored, and the render Worker while it is
 * shown. Only who has reserved an id comes here, and no more at once than there are places.
 */
async function storeDeliverable(
  accountId: string,
  key: string,
  plan: UploadPlan,
  { blobs, render, uploadPlaces, timers }: IngestServices,
): Promise<FinishedUpload> {
  const original = await plan.open()
  const place = await uploadPlaces.claim(accountId).catch((error) => {
    letGo(original, error)
    throw error
  })
  try {
    const { source, missesEnd } = await storeBytes(key, original, place, blobs)
    const described = await plan.describe()
    place.renew()
    const ref = { kind: 'stored', blobKey: key, facts: source } as const
    await refuseUndeliverable({ ref, missesEnd }, render, timers)
    return { ...described, source }
  } finally {
    place.release()
  }
}

async function storeBytes(
  key: string,
  original: ReadableStream<Uint8Array>,
  place: UploadPlace,
  blobs: BlobStore,
): Promise<{ readonly source: SourceFacts; readonly missesEnd: boolean }> {
  const { body, facts, missesEnd } = judgeOriginal(original, {
    accepted: UPLOAD_FORMATS,
    maxBytes: MAX_UPLOAD_BYTES,
    onProgress: place.renew,
  })
  try {
    if ((await blobs.create(key, body)) === 'exists')
      throw new ApiError('internal', undefined, { cause: new Error('a random blob key was taken') })
    return { source: await facts, missesEnd: missesEnd() }
  } catch (error) {
    letGo(body, error)
    throw error
  }
}

/** Whatever feeds it may hold a connection. Nobody waits for that, and one that has failed already is gone. */
function letGo(stream: ReadableStream<Uint8Array>, reason: unknown): void {
  stream.cancel(reason).catch(() => {})
}
