import type { ImageHeads } from '@tintype/core'
import { kvEdgeDocuments, r2ImageHeads } from '@tintype/storage'
import { createEdgeMemo, type EdgeMemo } from './edge-memo.ts'
import { type Env, parseMemoSeconds, requireBindings } from './env.ts'
import { createRenderClient, type Render } from './render-client.ts'
import { cacheApiResults, type ResultCache } from './result-cache.ts'

/** All that a delivery needs of the world. */
export interface Services {
  readonly edge: EdgeMemo
  readonly heads: ImageHeads
  readonly results: ResultCache
  readonly render: Render
  /** Epoch milliseconds. */
  now(): number
  /** Let work go on after the answer; its failure is logged and changes nothing. */
  later(work: Promise<unknown>): void
}

/** What an isolate remembers lives as long as its environment does. */
const memos = new WeakMap<Env, EdgeMemo>()

function memoOf(env: Env): EdgeMemo {
  const existing = memos.get(env)
  if (existing !== undefined) return existing
  const memo = createEdgeMemo(
    kvEdgeDocuments(env.EDGE),
    (accountHash) => env.API.edgeDocument(accountHash),
    parseMemoSeconds(env.EDGE_MEMO_SECONDS),
    Date.now,
  )
  memos.set(env, memo)
  return memo
}

/** @throws Error naming a binding or variable that is missing or wrong */
export function createServices(env: Env, context: Pick<ExecutionContext, 'waitUntil'>): Services {
  requireBindings(env)
  return {
    edge: memoOf(env),
    heads: r2ImageHeads(env.BUCKET),
    results: cacheApiResults(caches.default),
    render: createRenderClient(env.RENDER),
    now: Date.now,
    later: (work) => context.waitUntil(work.catch((error: unknown) => console.error(error))),
  }
}
