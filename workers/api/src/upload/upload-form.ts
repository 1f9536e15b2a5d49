import { ApiError, concatBytes, sniffFormat, type Timers } from '@tintype/core'
import { MAX_UPLOAD_BYTES } from '../ingest/store-original.ts'
import { createFormFields, type FormFields, isFieldName } from './form-fields.ts'
import { boundaryOf } from './multipart-boundary.ts'
import type { FormEvent } from './multipart-parser.ts'
import { readFormEvents } from './read-form-events.ts'

/** With what the rest of a form may weigh: fields, part headers and boundaries. */
export const MAX_FORM_BYTES = MAX_UPLOAD_BYTES + 1024 * 1024
const MAX_FILENAME_CHARACTERS = 255

/** The file of a form. */
export interface FormFile {
  /** The last segment of what the client called it, or null. */
  readonly filename: string | null
  /** Pulls the form on; nothing is read ahead. */
  readonly body: ReadableStream<Uint8Array>
}

/** An upload form that is read as it arrives. */
export interface UploadForm {
  /** Those that have been read so far. */
  readonly fields: FormFields
  /** Reads up to the file. @throws ApiError `badRequest` when the form holds none */
  file(): Promise<FormFile>
  /** Reads what follows the file. @throws ApiError `badRequest` for a second file, unless those are ignored */
  finish(): Promise<void>
  /** Nothing is read afterwards, and the request's body may be read by others. */
  close(): Promise<void>
}

type Events = AsyncGenerator<FormEvent, void>

/**
 * Opens a form; nothing of it is read yet, but its headers are judged.
 * @param sender forms that a `widget` makes for its page may hold further files, and texts under the file's name
 * @throws ApiError `notMultipart`, or `uploadTooLarge` for a declared size
 */
export function openUploadForm(request: Request, sender: 'client' | 'widget', timers: Timers): UploadForm {
  boundaryOf(request.headers)
  if (Number(request.headers.get('content-length') ?? 0) > MAX_FORM_BYTES)
    throw new ApiError('uploadTooLarge', 'the file is over 10 MB')
  // A part named `file` is one even without a file name: shells and scripts send the bytes alone. A field's name is
  // never a file's, although some clients give each part a file name.
  const events = readFormEvents(
    request,
    MAX_FORM_BYTES,
    ({ name, filename }) => name === 'file' || (filename !== null && !isFieldName(name)),
    timers,
  )
  const fields = createFormFields()
  let hasNamelessText = false

  return {
    fields,
    async file() {
      // Not `for await`: leaving it would end the form, whose file is still to be read.
      for (let next = await events.next(); !next.done; next = await events.next()) {
        const event = next.value
        if (event.kind === 'field') fields.add(event.name, event.value)
        if (event.kind !== 'file') continue
        const filename = cleanFilename(event.filename)
        if (sender === 'client' || event.filename !== null) return { filename, body: fileStream(events, []) }
        const { pieces, isPicture } = await readStart(events)
        if (isPicture) return { filename, body: fileStream(events, pieces) }
        hasNamelessText = true
      }
      throw new ApiError('badRequest', missingFileReason(fields, hasNamelessText))
    },
    async finish() {
      for await (const event of events) {
        if (event.kind === 'field') fields.add(event.name, event.value)
        if (event.kind === 'file' && sender === 'client')
          throw new ApiError('badRequest', 'the form holds more than one file')
      }
      if (fields.text('url'))
        throw new ApiError('badRequest', 'either "file" or "url" must be given, not both')
    },
    async close() {
      await events.return()
    },
  }
}

/** A part's bytes, from those that were read before. */
function fileStream(events: Events, start: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  const pieces = start.values()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const piece = pieces.next()
        if (!piece.done) return controller.enqueue(piece.value)
        const { value, done } = await events.next()
        if (done || value.kind !== 'chunk') controller.close()
        else controller.enqueue(value.bytes)
      },
    },
    { highWaterMark: 0 },
  )
}

/** A file's first bytes, as many as tell what it is. */
async function readStart(events: Events): Promise<{ pieces: Uint8Array[]; isPicture: boolean }> {
  const pieces: Uint8Array[] = []
  for (let next = await events.next(); !next.done; next = await events.next()) {
    if (next.value.kind !== 'chunk') break
    pieces.push(next.value.bytes)
    const sniffed = sniffFormat(concatBytes(pieces))
    if (sniffed !== null) return { pieces, isPicture: sniffed.format !== null }
  }
  return { pieces, isPicture: false }
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

function missingFileReason(fields: FormFields, hasNamelessText: boolean): string {
  if (fields.text('url')) return 'uploading by "url" is not supported yet; send the image as "file"'
  return hasNamelessText
    ? 'the part "file" has no file name and holds no image; send the image itself, as a part with filename="…"'
    : 'the form holds no "file"'
}
