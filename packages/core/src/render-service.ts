import type { ErrorKind } from './errors.ts'
import type { FormatClass, ResultFormat } from './formats.ts'
import type { Program } from './program/program.ts'
import type { SourceRef } from './program/source-ref.ts'
import type { RemoteFacts } from './remote/remote-facts.ts'
import type { SourcePolicy } from './remote/source-policy.ts'

/** What the render Worker is asked to do: one source, one program, one class of client. */
export interface RenderRequest {
  readonly source: SourceRef
  readonly program: Program
  readonly formatClass: FormatClass
  /**
   * Whose choice the program is: the account's own, of which there are few, or that of anybody who can write a URL; only so
   * many results of those are kept of one original. Absent: the account's.
   */
  readonly author?: 'account' | 'anybody'
  /** What fetching pictures of other hosts takes; absent where neither source nor program names one. */
  readonly remote?: RemoteRights
  /** Blob keys of pictures that came with the call, by SHA-256. Whoever put them there removes them. */
  readonly parts?: Readonly<Record<string, string>>
}

/**
 * On whose behalf pictures of other hosts are fetched. It is no part of the program or its key: where a picture may come
 * from changes none.
 */
export interface RemoteRights {
  /** Whose results these are: zones share none, although they may name the same source. */
  readonly zoneId: string
  /** Judged again at every redirect. */
  readonly policy: SourcePolicy
  /** Headers for the source's host alone; see `credentialsOf`. */
  readonly credentials: Readonly<Record<string, string>>
  /** Clock of the last purge that named the source, 0 for none: what was stored under another one is not found. */
  readonly generation: number
  /** The purge clock that is known before anything is fetched; it comes back with the result. */
  readonly clock: number
}

/** What the hosts of a result's pictures said, taken together, and the purge clock that was known when they were asked. */
export interface RemoteMeta extends RemoteFacts {
  readonly readAtClock: number
}

/** What a finished result is, besides its bytes. */
export interface ResultMeta {
  readonly format: ResultFormat
  /** px. */
  readonly width: number
  readonly height: number
  readonly sizeBytes: number
  /** {@link ENGINE_EPOCH} of the engine that made it: a part of its etag. */
  readonly epoch: number
  /** What was given up, in whole phrases; usually none. */
  readonly warnings: readonly string[]
  /** Stored earlier (L2), or made for this request. */
  readonly origin: 'l2' | 'computed'
  /** Absent where all of its pictures are our own. */
  readonly remote?: RemoteMeta
  /** What computing it took, bytes; null from L2. */
  readonly memory: {
    /** Reserved for the job, from headers alone. */
    readonly pricedBytes: number
    /** Most that it really held at once. */
    readonly peakBytes: number
    /** Most that its isolate ever had reserved. */
    readonly mostReservedBytes: number
  } | null
}

/** Why there is no result. A value, because an error that is thrown loses its fields on the way to another Worker. */
export interface RenderRefusal {
  readonly ok: false
  readonly kind: ErrorKind
  /** Of the picture, for the caller to read; null when the kind says it all. */
  readonly detail: string | null
  /** When it is worth asking again. */
  readonly retryAfterSeconds?: number
}

export type RenderResult =
  | { readonly ok: true; readonly body: ReadableStream<Uint8Array>; readonly meta: ResultMeta }
  | RenderRefusal

/** Whether an original can be shown. `unknown` says nothing of it: there was no room or no time to look. */
export type Verdict =
  | { readonly verdict: 'deliverable'; readonly warnings: readonly string[] }
  | { readonly verdict: 'refused'; readonly kind: ErrorKind; readonly detail: string | null }
  | { readonly verdict: 'unknown' }

/** Refusals that lie in the original and what is wanted of it: they would come again, whoever asks. */
export const LASTING_REFUSALS: ReadonlySet<ErrorKind> = new Set([
  'decodingFailed',
  'notAnImage',
  'refusedDimensions',
])

/** Refusals that lie in a source's host: it is not asked again for some seconds, whoever wants to. */
export const SOURCE_REFUSALS: ReadonlySet<ErrorKind> = new Set([
  ...([
    'invalidRedirect',
    'invalidSourceUrl',
    'originNotAllowed',
    'tooManyRedirects',
    'transformLoop',
  ] as const),
  ...(['sourceBadRequest', 'sourceBroken', 'sourceConnectTimeout', 'sourceCut', 'sourceDenied'] as const),
  ...(['sourceFetchFailed', 'sourceNameUnknown', 'sourceNotFound', 'sourceServerError'] as const),
  ...(['sourceTimeout', 'sourceTooLarge', 'sourceUnreachable'] as const),
])

/** The render Worker, as others call it over a service binding. Nothing is checked or dropped on the way. */
export interface RenderService {
  /**
   * @param isWanted asked now and then while the request waits or is computed; once it can't be asked any more, its client
   *   has left, and what nobody waits for is given up. Absent: the result is wanted in any case
   */
  render(request: RenderRequest, isWanted?: () => unknown): Promise<RenderResult>
  /**
   * Decode a stored original into a small picture and throw that away: what `render` will find wrong with the original,
   * this finds. Nothing is stored.
   * @param missesEnd the file stops where only the mark of its end may be missing: then all of it is looked at, also what
   *   a small picture needs nothing of, so that one without the warning {@link TRUNCATED} is whole. Default false
   */
  verify(source: SourceRef, missesEnd?: boolean): Promise<Verdict>
  /** The engine that answers now, so that a copy can be confirmed without making it again. */
  engine(): Promise<{ readonly epoch: number }>
}

/** The warning of a picture that is shown as far as its file goes. */
export const TRUNCATED = 'source is truncated'

/** Changes when the same source and program would give other pixels or bytes: a part of result keys and of etags. */
export const ENGINE_EPOCH = 4
