import type { Timers } from '@tintype/core'
import { openUploadForm, type UploadForm } from './upload-form.ts'

/** A refused body is read to its end up to this much, so that the client gets to hear the answer. */
const MAX_DRAINED_BYTES = 24 * 1024 * 1024
const MAX_DRAIN_MS = 5000

/**
 * Use the form of a request. When that fails, the rest of the form is read and forgotten before the failure is thrown
 * on: a client that is still sending would not hear it.
 * @throws ApiError of `openUploadForm`, and whatever `use` throws
 */
export async function withUploadForm<T>(
  request: Request,
  sender: 'client' | 'widget',
  timers: Timers,
  use: (form: UploadForm) => Promise<T>,
): Promise<T> {
  let form: UploadForm | null = null
  try {
    form = openUploadForm(request, sender, timers)
    return await use(form)
  } catch (error) {
    await form?.close()
    await drain(request, timers)
    throw error
  }
}

async function drain(request: Request, timers: Timers): Promise<void> {
  const declared = Number(request.headers.get('content-length') ?? 0)
  // A read that never came to an end keeps its lock: then there is nothing to drain either.
  if (request.body === null || request.body.locked || declared > MAX_DRAINED_BYTES) return
  const reader = request.body.getReader()
  const timeout = timers.wait(MAX_DRAIN_MS).then(() => null)
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
