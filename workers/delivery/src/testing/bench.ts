import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env as bindings } from 'cloudflare:workers'
import {
  type Access,
  type BucketPurges,
  bucketOf,
  DEFAULT_SETTINGS,
  DEFAULT_ZONE_SETTINGS,
  type EdgeDocument,
  formatAccountHash,
  formatGeneratedId,
  formatHexId,
  formatProgram,
  formatSourceIdentity,
  type ImageHead,
  type OutputFormat,
  PUBLIC_VARIANT,
  parseVariant,
  type RenderRequest,
  type RenderResult,
  type ResultMeta,
  signMessage,
} from '@tintype/core'
import { kvEdgeDocuments, r2ImageHeads } from '@tintype/storage'
import type { Env } from '../env.ts'
import worker from '../index.ts'

const { EDGE, BUCKET } = bindings as unknown as Pick<Env, 'EDGE' | 'BUCKET'>
const random = (): Uint8Array => crypto.getRandomValues(new Uint8Array(16))

export const BASE = 'https://images.example'
export const SECRET = 'this is a secret'
const BLURRED = parseVariant({ id: 'preview', options: { width: 32 }, neverRequireSignedURLs: true })
const THUMB = parseVariant({ id: 'thumb', options: { width: 100, browser_ttl: 7200 } })

/** What the neighbour Worker that renders would answer: small bytes that name what was asked. */
export type Renderer = (request: RenderRequest) => RenderResult
/** Of the engine behind {@link renderedAs}, unless a test says otherwise. */
export const EPOCH = 1
const FORMAT_OF_CLASS = { avif: 'avif', webp: 'webp', base: 'jpeg' } as const
export const renderedAs = (
  format: OutputFormat,
  content: string | Uint8Array,
  meta: Partial<ResultMeta> = {},
): RenderResult => {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  return {
    ok: true,
    body: new Response(bytes).body as ReadableStream<Uint8Array>,
    meta: {
      ...{ format, width: 1, height: 1, sizeBytes: bytes.length, epoch: EPOCH, warnings: [] },
      ...{ origin: 'computed', memory: null, ...meta },
    },
  }
}
const textOf = ({ source, program, formatClass }: RenderRequest): string =>
  `${formatSourceIdentity(source)} ${formatProgram(program)} ${formatClass}`

/** A body as text, whatever type it claims to have. */
export const readText = async (response: Response): Promise<string> =>
  new TextDecoder().decode(await response.arrayBuffer())

/** One delivery Worker over real local storage, between neighbours whose answers a test decides. */
export interface Bench {
  readonly jobs: RenderRequest[]
  /** Requests that reached the API Worker. */
  readonly forwarded: Request[]
  /** Account hashes that the authority was asked about. */
  readonly asked: string[]
  /** Account hashes by host name, as the authority knows them; `*` for every other host. */
  readonly hosts: Map<string, string>
  /** The authority's own documents, by hash; the edge may lag behind. */
  readonly authority: Map<string, EdgeDocument>
  renderer: Renderer
  /** What the engine says of itself. */
  epoch: number
  createAccount(): Promise<TestAccount>
  fetch(pathOrUrl: string, init?: RequestInit): Promise<Response>
}

export interface TestAccount {
  readonly id: string
  readonly hash: string
  putImage(head?: Partial<ImageHead> & { readonly access?: Access }): Promise<ImageHead>
  removeImage(id: string): Promise<void>
  /** Change what the authority says, and the edge too unless it is to lag behind. */
  change(change: Partial<EdgeDocument>, reach?: 'edge' | 'authority'): Promise<void>
  document(): EdgeDocument
  /** As the API does it: the clock rises, image tags go to their bucket. */
  purge(...tags: string[]): Promise<void>
  sign(path: string, query?: string, secret?: string): Promise<string>
}

export function createBench(memoSeconds = 0): Bench {
  const edge = kvEdgeDocuments(EDGE)
  const heads = r2ImageHeads(BUCKET)
  const authority = new Map<string, EdgeDocument>()
  const hosts = new Map<string, string>()
  const env: Env = {
    EDGE,
    BUCKET,
    EDGE_MEMO_SECONDS: String(memoSeconds),
    RENDER: {
      async render(request) {
        bench.jobs.push(request)
        return bench.renderer(request)
      },
      verify: () => Promise.reject(new Error('delivery verifies nothing')),
      engine: async () => ({ epoch: bench.epoch }),
    },
    API: {
      async fetch(request) {
        bench.forwarded.push(request)
        return new Response('api', { status: 201 })
      },
      async edgeDocument(accountHash) {
        bench.asked.push(accountHash)
        return authority.get(accountHash) ?? null
      },
      authorizeTransform: async () => ({ ok: false, refusal: new Response(null, { status: 401 }) }),
      accountHashOfHost: async (hostname) => hosts.get(hostname) ?? hosts.get('*') ?? null,
    },
  }

  async function createAccount(): Promise<TestAccount> {
    const id = formatHexId(random())
    const hash = formatAccountHash(random())
    const first: EdgeDocument = {
      version: 1,
      accountId: id,
      accountHash: hash,
      variants: { public: PUBLIC_VARIANT, preview: BLURRED, thumb: THUMB },
      signingKeys: [{ name: 'default', value: SECRET }],
      settings: DEFAULT_SETTINGS,
      zone: { ...DEFAULT_ZONE_SETTINGS, zoneId: formatHexId(random()) },
      purgeClock: 0,
      purgeLog: {},
    }
    authority.set(hash, first)
    await edge.put(first)
    const document = () => authority.get(hash) as EdgeDocument
    const change: TestAccount['change'] = async (fields, reach = 'edge') => {
      const next = { ...document(), ...fields, version: document().version + 1 }
      authority.set(hash, next)
      if (reach === 'edge') await edge.put(next)
    }
    return {
      id,
      hash,
      document,
      change,
      async putImage(fields = {}) {
        const access = fields.access ?? 'public'
        const head: ImageHead = {
          id: formatGeneratedId(random(), access),
          blobKey: `blobs/${id}/${formatHexId(random())}`,
          source: {
            ...{ format: 'jpeg', sizeBytes: 1000, width: 400, height: 300 },
            ...{ orientation: 1, hasAlpha: false, animated: false },
          },
          tags: [],
          ...fields,
          access,
        }
        await heads.put(id, head)
        return head
      },
      removeImage: (imageId) => heads.remove(id, imageId),
      async purge(...tags) {
        const purgeClock = document().purgeClock + 1
        const purgeLog = { ...document().purgeLog }
        for (const tag of tags) {
          if (!tag.startsWith('image:')) {
            purgeLog[tag] = purgeClock
            continue
          }
          const bucket = bucketOf(tag.slice('image:'.length))
          const before: BucketPurges | null = await edge.getPurges(hash, bucket)
          const log = { ...before?.purgeLog, [tag]: purgeClock }
          await edge.putPurges(hash, bucket, { purgeClock, purgeLog: log })
        }
        await change({ purgeClock, purgeLog })
      },
      async sign(path, query = '', secret = SECRET) {
        const message = query === '' ? path : `${path}?${query}`
        return `${message}${query === '' ? '?' : '&'}sig=${await signMessage(message, secret)}`
      },
    }
  }

  const bench: Bench = {
    jobs: [],
    forwarded: [],
    asked: [],
    hosts,
    authority,
    epoch: EPOCH,
    renderer: (job) => renderedAs(FORMAT_OF_CLASS[job.formatClass], textOf(job)),
    createAccount,
    async fetch(pathOrUrl, init) {
      const context = createExecutionContext()
      const response = await worker.fetch(new Request(new URL(pathOrUrl, BASE), init), env, context)
      // The body is read here, as a client would, so that work after the answer can come to its end.
      const body = response.body === null ? null : await response.arrayBuffer()
      await waitOnExecutionContext(context)
      return new Response(body, response)
    },
  }
  return bench
}
