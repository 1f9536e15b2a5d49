import {
  ApiError,
  type ImageRecord,
  type ImageTerms,
  isGeneratedId,
  type JsonObject,
  parseCustomId,
} from '@tintype/core'
import type { Services } from '../services.ts'
import { checkMetadata, createFormFields, type FormFields } from './form-fields.ts'
import { isMultipart, readFormEvents } from './multipart-events.ts'
import { MAX_FORM_BYTES, receiveUpload } from './receive-upload.ts'
import { newImageId } from './upload-image.ts'

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

/** `POST …/images/v2/direct_upload`: a form, which may be empty, becomes a one-time ticket. */
export async function createDirectUpload(
  request: Request,
  accountId: string,
  services: Services,
): Promise<Ticket> {
  if (!isMultipart(request.headers)) throw new ApiError('notMultipart')
  const fields = createFormFields()
  for await (const event of readFormEvents(request, MAX_FORM_BYTES, ({ filename }) => filename !== null)) {
    if (event.kind === 'file')
      throw new ApiError('badRequest', 'this route takes no file; send it to the upload URL')
    if (event.kind === 'field') fields.add(event.name, event.value)
  }
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

/**
 * `POST <upload URL>`: use a ticket. The URL is the credential; what the backend fixed can't be overridden by the form.
 * A refused file leaves the ticket usable.
 * @throws ApiError `imageNotFound`, `ticketExpired` or `alreadyExists` for tickets, and all that uploads throw
 */
export function useDirectUpload(
  request: Request,
  accountId: string,
  imageId: string,
  services: Services,
): Promise<ImageRecord> {
  let terms: ImageTerms | null = null
  return receiveUpload(request, accountId, services, {
    // Some widgets send a text part under the file's name first.
    isFile: ({ filename }) => filename !== null,
    extraFiles: 'ignored',
    async reserve(blobKey) {
      const claim = await services.images(accountId).claimTicket(imageId, blobKey, Date.now())
      if (claim.kind === 'missing') throw new ApiError('imageNotFound')
      if (claim.kind === 'expired') throw new ApiError('ticketExpired')
      if (claim.kind === 'busy') throw new ApiError('ticketBusy')
      if (claim.kind === 'used') throw new ApiError('alreadyExists', 'the upload URL was used already')
      terms = claim.terms
      return { id: imageId }
    },
    termsOf: () => terms as ImageTerms,
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
