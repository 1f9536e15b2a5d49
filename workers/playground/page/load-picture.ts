/** What came back for a delivery URL. */
export type Loaded =
  | {
      readonly kind: 'picture'
      readonly blob: Blob
      readonly mime: string
      readonly warnings: readonly string[]
    }
  | { readonly kind: 'text'; readonly text: string; readonly sizeBytes: number }
  | { readonly kind: 'fault'; readonly status: number; readonly code: string; readonly message: string }

const WARNING = /299 "([^"]*)"/g
const OFFLINE: Loaded = {
  kind: 'fault',
  status: 0,
  code: '',
  message: 'The server does not answer. Is it still running?',
}

const readWarnings = (headers: Headers): readonly string[] =>
  [...(headers.get('warning') ?? '').matchAll(WARNING)].flatMap(([, text = '']) => text.split('; '))

/**
 * @param accept what to say that the client takes
 * @throws DOMException `AbortError` when it is given up
 */
export async function loadPicture(path: string, accept: string, signal: AbortSignal): Promise<Loaded> {
  const answer = await fetch(path, { headers: { accept }, signal }).catch((error: unknown) => {
    if (signal.aborted) throw error
    return null
  })
  if (answer === null) return OFFLINE
  if (!answer.ok) {
    const [, code = ''] = /err=(\d+)/.exec(answer.headers.get('cf-resized') ?? '') ?? []
    return { kind: 'fault', status: answer.status, code, message: await answer.text() }
  }
  const mime = (answer.headers.get('content-type') ?? '').split(';')[0] ?? ''
  const blob = await answer.blob()
  if (mime.startsWith('image/'))
    return { kind: 'picture', blob, mime, warnings: readWarnings(answer.headers) }
  return { kind: 'text', text: await blob.text(), sizeBytes: blob.size }
}

/** A source as it is, by `format=json`; null where that is not known. */
export interface SourceFacts {
  /** Null where it is not told, as the sides. */
  readonly sizeBytes: number | null
  readonly width: number | null
  readonly height: number | null
  readonly mime: string
}

interface Description {
  readonly original?: {
    /** Of an SVG, only its format is told. */
    readonly file_size?: number
    readonly width?: number
    readonly height?: number
    readonly format: string
  }
}

/** @param path of the source, with `format=json` */
export async function loadFacts(path: string, signal: AbortSignal): Promise<SourceFacts | null> {
  const answer = await fetch(path, { signal }).catch(() => null)
  if (answer?.ok !== true) return null
  const { original } = ((await answer.json().catch(() => ({}))) ?? {}) as Description
  if (original === undefined) return null
  const { file_size: sizeBytes = null, width = null, height = null, format: mime } = original
  return { sizeBytes, width, height, mime }
}
