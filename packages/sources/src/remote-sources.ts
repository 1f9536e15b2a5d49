import { ApiError, type RemoteFacts, type SourcePolicy } from '@tintype/core'
import { openRemote, type RemoteAnswer, type RemoteServices } from './open-remote.ts'
import { createReplayable, type Replayable } from './replayable.ts'

/** The pictures of other hosts that one job reads, each of which it may open more than once. */
export interface RemoteSources {
  /** @throws ApiError as `openRemote`; `sourceBroken` where a picture has changed since it was opened first */
  open(url: string): Promise<OpenedRemote>
  /**
   * Whether what is known of a picture still stands. If not, its new bytes are the next that `open` gives.
   * @returns the renewed facts, or null
   */
  confirm(url: string, known: RemoteFacts): Promise<RemoteFacts | null>
  /** What the hosts said, in the order in which they were asked. */
  facts(): readonly RemoteFacts[]
  /** Nobody will open anything any more. */
  close(): Promise<void>
}

export interface OpenedRemote {
  readonly body: ReadableStream<Uint8Array>
  readonly sizeBytes: number
}

/** Whose pictures are fetched, and how. */
export interface RemoteTerms {
  readonly policy: SourcePolicy
  readonly accept: string
  readonly credentials: Readonly<Record<string, string>>
  /** The URL that they are for; null for none. What is drawn onto its picture is fetched without them. */
  readonly credentialed: string | null
  /** No cache on the way to the host may answer. */
  readonly isFresh: boolean
}

/** Somewhere to put a body whose length nobody knows: jobs are priced by it. */
export interface Spool {
  /** @throws ApiError `overloaded`, and whatever reading the body throws */
  store(body: ReadableStream<Uint8Array>): Promise<Spooled>
}
export interface Spooled {
  readonly sizeBytes: number
  open(): Promise<ReadableStream<Uint8Array>>
  remove(): Promise<void>
}

/** The start of a picture that is kept between its first opening, for its header, and the second one. */
const KEPT_BYTES = 512 * 1024

type Opened = Extract<RemoteAnswer, { kind: 'opened' }>
interface Held {
  readonly facts: RemoteFacts
  open(): Promise<OpenedRemote | null>
  close(): Promise<void>
}

/** For one job. The hosts are asked once a picture, or twice where it is looked at before it is read. */
export function createRemoteSources(
  { policy, accept, credentials, isFresh, credentialed }: RemoteTerms,
  spool: Spool,
  services: RemoteServices,
): RemoteSources {
  /** What each picture is opened from next. */
  const held = new Map<string, Held>()
  /** Others may still be read: one picture may be the canvas and an overlay of it. */
  const replaced: Held[] = []
  const ask = (url: string, known: RemoteFacts | null) =>
    openRemote(
      { url, policy, accept, known, isFresh, credentials: url === credentialed ? credentials : {} },
      services,
    )

  async function hold(url: string, answer: Opened): Promise<Held> {
    const { facts, body, sizeBytes } = answer
    const holding =
      sizeBytes === null
        ? { facts, ...fromSpool(await spool.store(body)) }
        : { facts, ...fromBody(createReplayable(body, KEPT_BYTES), sizeBytes) }
    held.set(url, holding)
    return holding
  }

  async function fetchAnew(url: string, before: Held | undefined): Promise<OpenedRemote> {
    const answer = (await ask(url, null)) as Opened // nothing is known that could be confirmed
    if (before !== undefined && !isSameVersion(before.facts, answer.facts)) {
      await answer.body.cancel()
      throw new ApiError('sourceBroken', 'it changed while it was read')
    }
    if (before !== undefined) replaced.push(before)
    const opened = await (await hold(url, answer)).open()
    if (opened === null) throw new Error('What was just fetched cannot be opened')
    return opened
  }

  return {
    async open(url) {
      const before = held.get(url)
      return (await before?.open()) ?? fetchAnew(url, before)
    },
    async confirm(url, known) {
      const answer = await ask(url, known)
      if (answer.kind === 'unchanged') return answer.facts
      await hold(url, answer)
      return null
    },
    facts: () => [...held.values()].map(({ facts }) => facts),
    async close() {
      for (const holding of [...replaced, ...held.values()]) await holding.close()
    },
  }
}

const fromBody = (body: Replayable, sizeBytes: number): Omit<Held, 'facts'> => ({
  async open() {
    const stream = await body.open()
    return stream === null ? null : { body: stream, sizeBytes }
  },
  close: () => body.close(),
})

const fromSpool = (spooled: Spooled): Omit<Held, 'facts'> => ({
  open: async () => ({ body: await spooled.open(), sizeBytes: spooled.sizeBytes }),
  close: () => spooled.remove(),
})

const isSameVersion = (one: RemoteFacts, other: RemoteFacts): boolean =>
  one.etag === other.etag && one.lastModified === other.lastModified
