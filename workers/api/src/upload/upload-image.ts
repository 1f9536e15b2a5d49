import {
  ApiError,
  formatGeneratedId,
  type ImageRecord,
  isGeneratedId,
  parseCustomId,
  withAccess,
} from '@tintype/core'
import type { Services } from '../services.ts'
import type { FormFields } from './form-fields.ts'
import { receiveUpload } from './receive-upload.ts'

/** A new id with the access flag that the terms ask for. */
export const newImageId = (isPrivate: boolean): string =>
  formatGeneratedId(crypto.getRandomValues(new Uint8Array(15)), isPrivate ? 'private' : 'public')

/** The custom id that the form names, or null. @throws ApiError `badRequest` */
const customIdOf = (fields: FormFields): string | null => {
  const id = fields.text('id')
  return id === null || id === '' ? null : parseCustomId(id)
}

/** `POST …/images/v1`: store one image under an id of the caller's or ours. */
export function uploadImage(request: Request, accountId: string, services: Services): Promise<ImageRecord> {
  return receiveUpload(request, accountId, services, {
    // A text part named `file` is what a caller sends who passed a string: it is judged by its bytes like any other.
    isFile: ({ name, filename }) => name === 'file' || filename !== null,
    extraFiles: 'refused',
    async reserve(blobKey, seen) {
      const id = customIdOf(seen) ?? newImageId(seen.flag('requireSignedURLs'))
      const answer = await services.images(accountId).reserve({ id, blobKey, uploadedAt: Date.now() })
      if (answer === 'busy') throw new ApiError('idBusy')
      if (answer === 'taken') throw new ApiError('alreadyExists', 'an image with this id')
      return { id }
    },
    termsOf(fields, reservedId) {
      const access = fields.flag('requireSignedURLs') ? 'private' : 'public'
      const customId = customIdOf(fields)
      // The flag may have come after the file: then the generated id it was stored under states the wrong access. The
      // corrected one stays in the same bucket.
      const id = customId ?? (isGeneratedId(reservedId) ? withAccess(reservedId, access) : reservedId)
      return { id, access, metadata: fields.metadata(), creator: fields.creator() }
    },
  })
}
