import { ApiError, type Timers } from '@tintype/core'
import {
  createNameJudge,
  createRemoteSources,
  type RemoteServices,
  type RemoteSources,
  type RemoteTerms,
} from '@tintype/sources'
import { r2BlobStore } from '@tintype/storage'
import {
  createGovernor,
  createIsolateKernels,
  ISOLATE_BUDGET,
  libraryMemories,
  type OpenSource,
  type TransformServices,
} from '@tintype/transform'
import { type Coalescer, createCoalescer } from './coalescer.ts'
import type { Computed } from './compute.ts'
import { type DerivedStore, r2DerivedStore } from './derived-store.ts'
import { type Room, r2Room } from './room.ts'
import { createSpool, createSpoolPlaces } from './spool.ts'

/** Bindings of `wrangler.toml`. */
export interface Env {
  readonly BUCKET: R2Bucket
  /** `allowed`: pictures may be fetched from this machine itself. Set by `pnpm dev` and tests alone. */
  readonly LOOPBACK_SOURCES?: string
  /** A resolver that is asked about names before they are fetched from; unset: none. */
  readonly DNS_RESOLVER_URL?: string
}

export interface Services {
  readonly derived: DerivedStore
  readonly room: Room
  readonly transform: TransformServices
  readonly coalescer: Coalescer<Computed>
  /** @throws ApiError `deliveredImageNotFound` */
  openBlob(blobKey: string): ReturnType<OpenSource>
  /** The pictures of other hosts that one job reads. */
  openRemoteSources(terms: RemoteTerms): RemoteSources
  /** Epoch milliseconds. */
  now(): number
  /** Let work go on although the client leaves; its failure is left to whoever awaits it. */
  keepAlive(work: Promise<unknown>): void
  /** Start work once the answer is on its way; its failure is logged and changes nothing. */
  defer(work: () => Promise<unknown>): void
}

const timers: Timers = {
  now: () => Date.now(),
  wait: (ms, signal) => scheduler.wait(ms, signal === undefined ? {} : { signal }),
}
/** One of each for all requests of this isolate: they share its memory, and often their work. */
const kernels = createIsolateKernels()
const governor = createGovernor(ISOLATE_BUDGET, timers, [libraryMemories, kernels])
const coalescer = createCoalescer<Computed>({ leaseMs: 2000, pollMs: 10, askMs: 50 }, timers)

/** What an isolate remembers of full originals lives as long as its bucket's binding does. */
const rooms = new WeakMap<R2Bucket, Room>()
function roomIn(bucket: R2Bucket): Room {
  const room = rooms.get(bucket) ?? r2Room(bucket, timers)
  rooms.set(bucket, room)
  return room
}

const spoolPlaces = createSpoolPlaces(timers)
const fetchOutside: RemoteServices['fetch'] = (url, init) => fetch(url, init)

function remoteServicesOf({ LOOPBACK_SOURCES, DNS_RESOLVER_URL }: Partial<Env>): RemoteServices {
  return {
    fetch: fetchOutside,
    timers,
    rules: { allowsLoopback: LOOPBACK_SOURCES === 'allowed' },
    judgeName: DNS_RESOLVER_URL ? createNameJudge(DNS_RESOLVER_URL, fetchOutside) : null,
  }
}

/** @throws Error saying which binding is missing, and how to add it */
export function createServices(env: Partial<Env>, context: Pick<ExecutionContext, 'waitUntil'>): Services {
  if (env.BUCKET === undefined) {
    throw new Error(
      'The R2 binding BUCKET is missing: add [[r2_buckets]] with binding = "BUCKET" to wrangler.toml',
    )
  }
  const remote = remoteServicesOf(env)
  const spool = createSpool(r2BlobStore(env.BUCKET), spoolPlaces, () => crypto.randomUUID(), timers)
  return {
    derived: r2DerivedStore(env.BUCKET),
    room: roomIn(env.BUCKET),
    openBlob: openBlobFrom(env.BUCKET),
    openRemoteSources: (terms) => createRemoteSources(terms, spool, remote),
    transform: { governor, kernels, open: openFrom(env.BUCKET), yield: () => scheduler.wait(0) },
    coalescer,
    now: timers.now,
    keepAlive: (work) => context.waitUntil(work.catch(() => {})),
    // After exactly 0 ms: where storage shares our thread, the answer would wait for it.
    defer: (work) =>
      context.waitUntil(
        scheduler
          .wait(0)
          .then(work)
          .catch((error: unknown) => console.error(error)),
      ),
  }
}

/** Opens stored originals; pictures that come with a call are opened for that call alone. */
function openFrom(bucket: R2Bucket): OpenSource {
  const openBlob = openBlobFrom(bucket)
  return async (source) => {
    if (source.kind === 'stored') return openBlob(source.blobKey)
    throw new ApiError('notAnImage', `there is no store for a ${source.kind} source`)
  }
}

function openBlobFrom(bucket: R2Bucket): Services['openBlob'] {
  const blobs = r2BlobStore(bucket)
  return async (blobKey) => {
    const blob = await blobs.get(blobKey)
    if (blob === null) throw new ApiError('deliveredImageNotFound')
    return { body: blob.body, sizeBytes: blob.info.sizeBytes }
  }
}
