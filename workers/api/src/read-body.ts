import { ApiError, type JsonObject } from '@tintype/core'

/** JSON bodies of this API hold options and lists, never pictures. */
const MAX_JSON_BYTES = 256 * 1024

async function readText(request: Request): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })
  let text = ''
  let sizeBytes = 0
  for await (const chunk of request.body ?? []) {
    sizeBytes += chunk.byteLength
    if (sizeBytes > MAX_JSON_BYTES)
      throw new ApiError('badRequest', `the body is over ${MAX_JSON_BYTES} bytes`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

/**
 * The JSON object in a request's body, whatever its declared type; `{}` when the body is empty.
 * @throws ApiError `badRequest` for anything else
 */
export async function readJsonObject(request: Request): Promise<JsonObject> {
  let value: unknown
  try {
    const text = await readText(request)
    if (text.trim() === '') return {}
    value = JSON.parse(text)
  } catch (error) {
    if (error instanceof ApiError) throw error
    throw new ApiError('badRequest', 'the body is not valid JSON', { cause: error })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ApiError('badRequest', 'the body must be a JSON object')
  }
  return value as JsonObject
}
