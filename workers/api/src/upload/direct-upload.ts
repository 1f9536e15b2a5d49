import {
  ApiError,
  type ImageRecord,
  type ImageTerms,
  isGeneratedId,
  type JsonObject,
  parseCustomId,
  type Timers,
} from '@tintype/core'
import { storeOriginal } from '../ingest/store-original.ts'
import type { Services } from '../services.ts'
import { createClientReader } from './client-reader.ts'
import type { Disposition } from './content-disposition.ts'
import { checkMetadata, createFormFields, type FormFields, isFieldName } from './form-fields.ts'
import { isMultipart } from './multipart-boundary.ts'
import { quoteName } from './multipart-parser.ts'
import { readFormEvents } from './read-form-events.ts'
import { MAX_FORM_BYTES } from './upload-form.ts'
import { newImageId } from './upload-image.ts'
import { withUploadForm } from './with-upload-form.ts'

const MINUTE_MS = 60_000
const DEFAULT_TICKET_MS = 30 * MINUTE_MS
const MIN_TICKET_MS = 2 * MINUTE_MS
const MAX_TICKET_MS = 6 * 60 * MINUTE_MS
const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/

/** When a ticket ends, epoch ms. @throws ApiError `badRequest` outside now + 2 min … now + 6 h */
function parseExpiry(text: string | null, now: number): number {
  if (text === null || text === '') return now + DEFAULT_TICKET_MS
  const at = RFC_3339.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(at)) throw new ApiError('badRequest', '"expiry" must be an RFC 3339 date and time')
  // The caller's clock and ours are compared in whole seconds, the finest that most clients send.
  const ahead = at - now
  if (ahead < MIN_TICKET_MS - 1000 || ahead > MAX_TICKET_MS + 1000) {
    throw new ApiError('badRequest', '"expiry" must be between 2 minutes and 6 hours from now')
  }
  return at
}

export interface Ticket {
  readonly id: string
  readonly expiresAt: number
}

async function createTicket(
  terms: ImageTerms,
  expiresAt: number,
  accountId: string,
  services: Services,
): Promise<Ticket> {
  const ticket = { ...terms, uploadedAt: Date.now(), expiresAt }
  const answer = await services.images(accountId).createTicket(ticket)
  if (answer === 'busy') throw new ApiError('idBusy')
  if (answer === 'taken') throw new ApiError('alreadyExists', 'an image or draft with this id')
  return { id: terms.id, expiresAt }
}

function termsOf(fields: FormFields, metadata: JsonObject | null): ImageTerms {
  const isPrivate = fields.flag('requireSignedURLs')
  const customId = fields.text('id')
  return {
    id: customId === null || customId === '' ? newImageId(isPrivate) : parseCustomId(customId),
    access: isPrivate ? 'private' : 'public',
    metadata,
    creator: fields.creator(),
  }
}

/** Whether a body of undeclared length ends at once. What was read to find out is lost. */
async function isEmptyBody(body: ReadableStream<Uint8Array>, timers: Timers): Promise<boolean> {
  const reader = createClientReader(body, timers)
  try {
    for (let bytes = await reader.read(); bytes !== null; bytes = await reader.read())
      if (bytes.length > 0) return false
    return true
  } finally {
    reader.release()
  }
}

/** The fields of a ticket's form. No body at all is an empty form, as an official client sends it. */
async function readTicketFields(request: Request, timers: Timers): Promise<FormFields> {
  const fields = createFormFields()
  if (request.body === null || request.headers.get('content-length') === '0') return fields
  if (!isMultipart(request.headers)) {
    if (await isEmptyBody(request.body, timers)) return fields
    throw new ApiError('notMultipart')
  }
  const isFile = ({ name, filename }: Disposition) => filename !== null && !isFieldName(name)
  for await (const event of readFormEvents(request, MAX_FORM_BYTES, isFile, timers)) {
    if (event.kind === 'file')
      throw new ApiError(
        'badRequest',
        `the part ${quoteName(event.name)} has a file name (filename="…"), which makes it a file; this route takes text fields ` +
          'only, and the image goes to the "uploadURL" that it answers with',
      )
    if (event.kind === 'field') fields.add(event.name, event.value)
  }
  return fields
}

/** `POST …/images/v2/direct_upload`: a form, which may be empty, becomes a one-time ticket. */
export async function createDirectUpload(
  request: Request,
  accountId: string,
  services: Services,
): Promise<Ticket> {
  const fields = await readTicketFields(request, services.timers)
  const expiresAt = parseExpiry(fields.text('expiry'), Date.now())
  return createTicket(termsOf(fields, fields.metadata()), expiresAt, accountId, services)
}

/** `POST …/images/v1/direct_upload`, deprecated: the same from a JSON object. */
export async function createDirectUploadFromJson(
  body: JsonObject,
  accountId: string,
  services: Services,
): Promise<Ticket> {
  const fields = createFormFields()
  for (const name of ['id', 'expiry', 'creator', 'requireSignedURLs']) {
    const value = body[name] ?? null
    if (value === null) continue
    const isFlag = name === 'requireSignedURLs'
    if (typeof value !== 'string' && !(isFlag && typeof value === 'boolean'))
      throw new ApiError('badRequest', `"${name}" must be ${isFlag ? 'true or false' : 'a text'}`)
    fields.add(name, String(value))
  }
  const metadata = body.metadata ?? {}
  if (typeof metadata !== 'object' || Array.isArray(metadata))
    throw new ApiError('badRequest', '"metadata" must be an object')
  const expiresAt = parseExpiry(fields.text('expiry'), Date.now())
  return createTicket(termsOf(fields, checkMetadata(metadata as JsonObject)), expiresAt, accountId, services)
}

/** @throws ApiError `imageNotFound`, `ticketExpired`, `ticketBusy`, or `alreadyExists` when it was used before */
async function claimTicket(
  accountId: string,
  imageId: string,
  blobKey: string,
  services: Services,
): Promise<ImageTerms> {
  const claim = await services.images(accountId).claimTicket(imageId, blobKey, Date.now())
  switch (claim.kind) {
    case 'claimed':
      return claim.terms
    case 'missing':
      throw new ApiError('imageNotFound')
    case 'expired':
      throw new ApiError('ticketExpired')
    case 'busy':
      throw new ApiError('ticketBusy')
    case 'used':
      throw new ApiError('alreadyExists', 'the upload URL was used already')
  }
}

/**
 * `POST <upload URL>`: use a ticket. The URL is the credential, so nothing of the form is looked at before the ticket
 * is ours. What the backend fixed can't be overridden by the form. A refused file leaves the ticket usable.
 * @throws ApiError of `claimTicket`, and all that uploads throw
 */
export function useDirectUpload(
  request: Request,
  accountId: string,
  imageId: string,
  services: Services,
): Promise<ImageRecord> {
  return withUploadForm(request, 'widget', services.timers, (form) => {
    let terms: ImageTerms
    let filename: string | null = null
    return storeOriginal(
      accountId,
      {
        async reserve(blobKey) {
          terms = await claimTicket(accountId, imageId, blobKey, services)
          return { id: imageId }
        },
        async open() {
          const file = await form.file()
          filename = file.filename
          return file.body
        },
        async describe() {
          await form.finish()
          return { terms, filename }
        },
      },
      services,
    )
  })
}

/** True for an id that an upload URL can carry: ours, or a well-formed custom one. */
export function isPossibleTicketId(id: string): boolean {
  if (isGeneratedId(id)) return true
  try {
    return parseCustomId(id) === id
  } catch {
    return false
  }
}
