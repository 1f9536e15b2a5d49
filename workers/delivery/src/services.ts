import type { BlobStore, ImageHeads, Timers } from '@tintype/core'
import { kvEdgeDocuments, r2BlobStore, r2ImageHeads } from '@tintype/storage'
import { type Crowd, createCrowd } from './crowd.ts'
import { createEdgeMemo, type EdgeMemo } from './edge-memo.ts'
import { type Env, parseMemoSeconds, requireBindings } from './env.ts'
import { createRenderClient, type RenderClient } from './render-client.ts'
import { cacheApiResults, type ResultCache } from './result-cache.ts'

/** All that a delivery needs of the world. */
export interface Services {
  readonly edge: EdgeMemo
  readonly heads: ImageHeads
  /** For pictures that come with a call, while it lasts. */
  readonly blobs: BlobStore
  readonly results: ResultCache
  readonly renderer: RenderClient
  readonly crowd: Crowd
  /** Epoch milliseconds. */
  now(): number
  /** Start work once the answer is on its way; its failure is logged and changes nothing. */
  defer(work: () => Promise<unknown>): void
}

const timers: Timers = { now: () => Date.now(), wait: (ms) => scheduler.wait(ms) }

/** What an isolate remembers lives as long as its environment does. */
interface IsolateMemory {
  readonly edge: EdgeMemo
  readonly renderer: RenderClient
  readonly crowd: Crowd
}
const memories = new WeakMap<Env, IsolateMemory>()

function memoryOf(env: Env): IsolateMemory {
  const existing = memories.get(env)
  if (existing !== undefined) return existing
  const memory: IsolateMemory = {
    edge: createEdgeMemo(
      kvEdgeDocuments(env.EDGE),
      (accountHash) => env.API.edgeDocument(accountHash),
      (hostname) => env.API.accountHashOfHost(hostname),
      parseMemoSeconds(env.EDGE_MEMO_SECONDS),
      timers,
    ),
    renderer: createRenderClient(env.RENDER, Date.now),
    crowd: createCrowd({ now: Date.now, wait: (ms) => scheduler.wait(ms) }),
  }
  memories.set(env, memory)
  return memory
}

/** @throws Error naming a binding or variable that is missing or wrong */
export function createServices(env: Env, context: Pick<ExecutionContext, 'waitUntil'>): Services {
  requireBindings(env)
  return {
    ...memoryOf(env),
    heads: r2ImageHeads(env.BUCKET),
    blobs: r2BlobStore(env.BUCKET),
    results: cacheApiResults(caches.default),
    now: Date.now,
    // After exactly 0 ms: where storage shares our thread the answer would wait for it, and the next request must find it.
    defer: (work) =>
      context.waitUntil(
        scheduler
          .wait(0)
          .then(work)
          .catch((error: unknown) => console.error(error)),
      ),
  }
}
