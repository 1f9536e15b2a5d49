import { ApiError, type Timers } from '@tintype/core'
import { createClientReader } from './client-reader.ts'
import type { Disposition } from './content-disposition.ts'
import { boundaryOf } from './multipart-boundary.ts'
import { createMultipartParser, type FormEvent } from './multipart-parser.ts'

/**
 * Parse a request's form as its bytes arrive; nothing is read ahead of the consumer.
 * @param maxBytes most that the whole form may weigh, whatever it declares
 * @param isFile   which parts are files; the others are text and bounded
 * @throws ApiError `notMultipart`, `badRequest`, `uploadTooLarge`, and all that reading from a client throws
 */
export async function* readFormEvents(
  request: Request,
  maxBytes: number,
  isFile: (part: Disposition) => boolean,
  timers: Timers,
): AsyncGenerator<FormEvent, void> {
  const parser = createMultipartParser(boundaryOf(request.headers), isFile)
  if (request.body === null || request.headers.get('content-length') === '0') return
  const reader = createClientReader(request.body, timers)
  let sizeBytes = 0
  try {
    while (!parser.isDone) {
      const bytes = await reader.read()
      if (bytes === null) throw new ApiError('uploadBroken', 'the form ends before its closing boundary')
      sizeBytes += bytes.byteLength
      if (sizeBytes > maxBytes)
        throw new ApiError('uploadTooLarge', 'the form is larger than any image may be')
      yield* parser.push(bytes)
    }
  } finally {
    reader.release()
  }
}
