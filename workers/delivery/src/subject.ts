import type { Access, HintKind, Program, RemoteRights, RenderRequest, SourceRef } from '@tintype/core'
import type { Gate } from './access.ts'

/**
 * What one URL asks for, whoever keeps the original. Caching, conditional requests, rendering and the answer know
 * nothing else of it.
 */
export interface Subject {
  /** Names the original in the cache: no other original has it. Printable ASCII that may stand in a URL's path. */
  readonly cacheScope: string
  readonly program: Program
  readonly programHash: string
  /** What the program was made for; another client may get another one. */
  readonly hints: readonly HintKind[]
  /** What whoever wrote the URL should be told, in whole phrases. */
  readonly warnings: readonly string[]
  /** Whose choice the program is; see RenderRequest. */
  readonly author: NonNullable<RenderRequest['author']>
  /** Its host is asked with somebody's credentials: what it refuses others, and them, says nothing of anybody else. */
  readonly isCredentialed?: boolean
  readonly policy: Policy
  readonly purges: Purges
  /** What `cache-tag` says of it besides its user tags. */
  readonly shownTags: readonly string[]
  /** Look at the original. Strongly consistent: what is read is at least as new as `purges.clock`. Null when there is none. */
  open(): Promise<OpenedSubject | null>
}

export interface Policy {
  readonly access: Gate
  /** How long clients and shared caches may keep an answer that is open to all; another host's picture says it itself. */
  readonly ttlSeconds: number
}

/** The purges that this request knows of. */
export interface Purges {
  readonly clock: number
  /** Whether no purge contradicts what was made of an original that was opened when the clock said `readAtClock`. */
  isStillValid(userTags: readonly string[], readAtClock: number): boolean
  /** Clock of the last purge that named it or one of these tags; 0 for none. */
  lastFor(userTags: readonly string[]): number
}

/** What only opening the original tells. Access and tags travel with every stored result. */
export interface OpenedSubject {
  readonly source: SourceRef
  readonly access: Access
  readonly userTags: readonly string[]
  /** Of a picture of another host, whose version and tags are known only when it has been fetched. */
  /** Pictures that came with the call; see `RenderRequest.parts`. */
  readonly parts?: Readonly<Record<string, string>>
  readonly rights?: Omit<RemoteRights, 'clock' | 'generation'>
}
