import {
  ApiError,
  formatGeneratedId,
  type ImageRecord,
  type ImageTerms,
  isGeneratedId,
  parseCustomId,
  withAccess,
} from '@tintype/core'
import { storeOriginal } from '../ingest/store-original.ts'
import type { Services } from '../services.ts'
import type { FormFields } from './form-fields.ts'
import { withUploadForm } from './with-upload-form.ts'

/** A new id with the access flag that the terms ask for. */
export const newImageId = (isPrivate: boolean): string =>
  formatGeneratedId(crypto.getRandomValues(new Uint8Array(15)), isPrivate ? 'private' : 'public')

/** The custom id that the form names, or null. @throws ApiError `badRequest` */
const customIdOf = (fields: FormFields): string | null => {
  const id = fields.text('id')
  return id === null || id === '' ? null : parseCustomId(id)
}

function termsOf(fields: FormFields, reservedId: string): ImageTerms {
  const access = fields.flag('requireSignedURLs') ? 'private' : 'public'
  // The flag may have come after the file: then the generated id it was stored under states the wrong access. The
  // corrected one stays in the same bucket.
  const ownId = isGeneratedId(reservedId) ? withAccess(reservedId, access) : reservedId
  return {
    id: customIdOf(fields) ?? ownId,
    access,
    metadata: fields.metadata(),
    creator: fields.creator(),
  }
}

/** `POST …/images/v1`: store one image under an id of the caller's or ours. */
export function uploadImage(request: Request, accountId: string, services: Services): Promise<ImageRecord> {
  return withUploadForm(request, 'client', services.timers, async (form) => {
    const { filename, body } = await form.file()
    const { fields } = form
    const id = customIdOf(fields) ?? newImageId(fields.flag('requireSignedURLs'))
    return storeOriginal(
      accountId,
      {
        async reserve(blobKey) {
          const answer = await services.images(accountId).reserve({ id, blobKey, uploadedAt: Date.now() })
          if (answer === 'busy') throw new ApiError('idBusy')
          if (answer === 'taken') throw new ApiError('alreadyExists', 'an image with this id')
          return { id }
        },
        open: async () => body,
        async describe() {
          await form.finish()
          return { terms: termsOf(fields, id), filename }
        },
      },
      services,
    )
  })
}
