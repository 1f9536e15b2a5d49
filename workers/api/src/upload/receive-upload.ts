import {
  ApiError,
  createHeaderReader,
  type Format,
  type HeaderReader,
  type ImageRecord,
  type ImageTerms,
  type SourceFacts,
} from '@tintype/core'
import { blobKey } from '@tintype/storage'
import { keepReservation } from '../ingest/keep-reservation.ts'
import type { Services } from '../services.ts'
import { claimUploadSlot, type UploadSlot } from './byte-budget.ts'
import { createFormFields, type FormFields } from './form-fields.ts'
import { type FormEvent, readFormEvents } from './multipart-events.ts'

/** An image of up to 10 MiB, inclusive. */
export const MAX_UPLOAD_BYTES = 10 * 1024 * 1024
/** With what the rest of a form may weigh: fields, part headers and boundaries. */
export const MAX_FORM_BYTES = MAX_UPLOAD_BYTES + 1024 * 1024
const MAX_FILENAME_CHARACTERS = 255
/** A refused body is read to its end up to this much, so that the client gets to hear the answer. */
const MAX_DRAINED_BYTES = 24 * 1024 * 1024
const MAX_DRAIN_MS = 5000

/** Later parts add the formats that only they can deliver: GIF, SVG, HEIC. */
const ACCEPTED_FORMATS: ReadonlySet<Format> = new Set(['jpeg', 'png', 'webp', 'avif'])

/** How an upload's id and terms come about: from the form itself, or from the ticket that it uses. */
export interface UploadPlan {
  /** Which parts are files; further files after the first are `extraFiles`' matter. */
  isFile(part: { name: string; filename: string | null }): boolean
  readonly extraFiles: 'refused' | 'ignored'
  /** Claim an id when the file begins; the fields seen so far may already name it. */
  reserve(blobKey: string, seen: FormFields): Promise<{ readonly id: string }>
  /** All fields are there: what the image shall be. May throw `badRequest`. */
  termsOf(fields: FormFields, reservedId: string): ImageTerms
}

type Events = AsyncGenerator<FormEvent, void>

/** The file's bytes as a stream that pulls the form on, judging them as they pass. */
function fileStream(events: Events, header: HeaderReader, slot: UploadSlot): ReadableStream<Uint8Array> {
  let sizeBytes = 0
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { value, done } = await events.next()
        if (done || value.kind !== 'chunk') {
          header.finish()
          return controller.close()
        }
        sizeBytes += value.bytes.length
        if (sizeBytes > MAX_UPLOAD_BYTES) throw new ApiError('uploadTooLarge', 'the file is over 10 MB')
        header.push(value.bytes)
        if (header.header?.animated)
          throw new ApiError('unsupportedImage', 'animated images are not accepted')
        slot.renew()
        controller.enqueue(value.bytes)
      },
    },
    { highWaterMark: 0 },
  )
}

/** The last segment of what the client called its file, or null. */
function cleanFilename(filename: string | null): string | null {
  const name =
    (filename ?? '')
      .split(/[/\\]/)
      .at(-1)
      ?.replace(/[\u0000-\u001f\u007f]/g, '') ?? ''
  return name === '' ? null : [...name].slice(0, MAX_FILENAME_CHARACTERS).join('')
}

async function drain(request: Request): Promise<void> {
  const declared = Number(request.headers.get('content-length') ?? 0)
  // A read that never came to an end keeps its lock: then there is nothing to drain either.
  if (request.body === null || request.body.locked || declared > MAX_DRAINED_BYTES) return
  const reader = request.body.getReader()
  const timeout = scheduler.wait(MAX_DRAIN_MS).then(() => null)
  timeout.catch(() => {})
  try {
    for (let left = MAX_DRAINED_BYTES; left > 0; ) {
      const next = await Promise.race([reader.read(), timeout])
      if (next === null || next.done) break
      left -= next.value.byteLength
    }
    await reader.cancel()
  } catch {
    // The client is gone: there is nobody to be polite to.
  }
}

function refuseDeclaredSize(headers: Headers): void {
  const declared = Number(headers.get('content-length') ?? 0)
  if (declared > MAX_FORM_BYTES) {
    throw new ApiError('uploadTooLarge', 'the file is over 10 MB')
  }
}

/**
 * Take an image from a form: stream its bytes to a blob, read the header on the way, then commit. Whatever fails leaves
 * nothing behind.
 * @throws ApiError for all that is wrong with the form, the file or the id
 * Rule: docs/architecture.md#upload.
 */
export async function receiveUpload(
  request: Request,
  accountId: string,
  services: Services,
  plan: UploadPlan,
): Promise<ImageRecord> {
  let events: Events | null = null
  try {
    refuseDeclaredSize(request.headers)
    events = readFormEvents(request, MAX_FORM_BYTES, plan.isFile)
    return await store(events, accountId, services, plan)
  } catch (error) {
    await events?.return()
    await drain(request)
    throw error
  }
}

/** Store the file that begins. Only now does the upload hold memory, and only who has reserved an id comes here. */
async function storeFile(
  events: Events,
  header: HeaderReader,
  blobs: Services['blobs'],
  key: string,
  accountId: string,
): Promise<SourceFacts> {
  const slot = await claimUploadSlot(accountId)
  try {
    const blob = await blobs.create(key, fileStream(events, header, slot))
    if (blob === 'exists')
      throw new ApiError('internal', undefined, { cause: new Error('a random blob key was taken') })
    return { ...header.finish(), sizeBytes: blob.sizeBytes }
  } finally {
    slot.release()
  }
}

async function store(
  events: Events,
  accountId: string,
  services: Services,
  plan: UploadPlan,
): Promise<ImageRecord> {
  const images = services.images(accountId)
  const fields = createFormFields()
  const key = blobKey(accountId, crypto.randomUUID())
  let reservedId: string | null = null
  let reservation: { release(): void } | null = null
  let filename: string | null = null
  let source: SourceFacts | null = null
  try {
    for (let next = await events.next(); !next.done; next = await events.next()) {
      const event = next.value
      if (event.kind === 'field') fields.add(event.name, event.value)
      if (event.kind !== 'file') continue
      if (reservedId !== null) {
        if (plan.extraFiles === 'refused')
          throw new ApiError('badRequest', 'the form holds more than one file')
        continue // its chunks pass by unread
      }
      reservedId = (await plan.reserve(key, fields)).id
      reservation = keepReservation(images, reservedId, key)
      filename = cleanFilename(event.filename)
      source = await storeFile(events, createHeaderReader(ACCEPTED_FORMATS), services.blobs, key, accountId)
    }
    if (reservedId === null || source === null) throw new ApiError('badRequest', missingFileReason(fields))
    if (fields.text('url')) throw new ApiError('badRequest', 'either "file" or "url" must be given, not both')
    const terms = plan.termsOf(fields, reservedId)
    const record = await images.commit(reservedId, key, { terms, filename, source })
    if (record === 'busy') throw new ApiError('idBusy')
    if (record === 'taken') throw new ApiError('alreadyExists', 'an image with this id')
    if (record === 'swept')
      throw new ApiError('uploadBroken', 'it took too long, or its ticket was withdrawn')
    return record
  } catch (error) {
    if (reservedId !== null) await images.abandon(reservedId, key)
    throw error
  } finally {
    reservation?.release()
  }
}

function missingFileReason(fields: FormFields): string {
  return fields.text('url')
    ? 'uploading by "url" is not supported yet; send the image as "file"'
    : 'the form holds no "file"'
}
