import { fileURLToPath } from 'node:url'
import { createTestHarness } from 'wrangler'
import { createHeaderReader } from '../../packages/core/src/header/image-header.ts'
import {
  type ErrorKind,
  type FormatClass,
  programOfOptions,
  type RenderRefusal,
  type RenderRequest,
  type ResolvedOptions,
  type ResultMeta,
  type SourceFacts,
  type SourceRef,
  type Verdict,
} from '../../packages/core/src/index.ts'

/** The part of an R2 binding that tests use. */
interface Bucket {
  put(key: string, bytes: Uint8Array): Promise<unknown>
  list(query: { prefix: string }): Promise<{ objects: readonly { key: string }[] }>
  delete(key: string): Promise<void>
}

/** A result as tests look at it: what it is and its bytes, or why there is none. */
export interface RenderAnswer {
  /** null for a refusal. */
  readonly meta: ResultMeta | null
  /** null for a result. */
  readonly kind: ErrorKind | null
  readonly detail: string | null
  /** Empty for a refusal. */
  readonly body: Buffer
}

const FORMATS = new Set(['jpeg', 'png', 'webp', 'avif', 'gif'] as const)

/** What an upload of these bytes would have stored about them. */
export function readSourceFacts(bytes: Uint8Array): SourceFacts {
  const reader = createHeaderReader(FORMATS)
  reader.push(bytes)
  if (reader.header === null) throw new Error('The picture has no header')
  return { ...reader.header, sizeBytes: bytes.length }
}

/** No test passes whose job takes more than its price. */
function checkMemory(memory: ResultMeta['memory']): void {
  if (memory === null) return
  const { pricedBytes, peakBytes } = memory
  if (!(peakBytes > 0 && peakBytes <= pricedBytes))
    throw new Error(`The job took ${peakBytes} bytes, and was priced at ${pricedBytes}`)
}

/** The render Worker as it is deployed, with a bucket of its own, called over a service binding. */
export function createRenderWorker() {
  const server = createTestHarness({
    root: fileURLToPath(new URL('../..', import.meta.url)),
    workers: [
      { configPath: 'workers/render/wrangler.toml', vars: { LOOPBACK_SOURCES: 'allowed' } },
      {
        config: {
          name: 'render-bridge',
          main: 'test/support/render-bridge.ts',
          compatibility_date: '2026-11-01',
          services: [{ binding: 'RENDER', service: 'tintype-render' }],
        },
      },
    ],
  })
  const worker = () => server.getWorker<{ BUCKET: Bucket }>('tintype-render')
  let blobs = 0

  const call = (method: string, argument: object, signal?: AbortSignal) =>
    server.getWorker('render-bridge').fetch(`http://bridge/${method}`, {
      ...{ method: 'POST', body: JSON.stringify(argument) },
      ...(signal === undefined ? {} : { signal }),
    })

  async function store(bytes: Uint8Array, source: SourceFacts = readSourceFacts(bytes)): Promise<SourceRef> {
    blobs += 1
    const blobKey = `blobs/account/${blobs}`
    await (await worker().getEnv()).BUCKET.put(blobKey, bytes)
    return { kind: 'stored', blobKey, facts: source }
  }

  async function createRequest(
    bytes: Uint8Array,
    options: ResolvedOptions = {},
    formatClass: FormatClass = 'base',
    source?: SourceFacts,
  ): Promise<RenderRequest> {
    return {
      source: await store(bytes, source),
      program: programOfOptions({ metadata: 'none', ...options }),
      formatClass,
    }
  }

  async function send(request: RenderRequest): Promise<RenderAnswer> {
    const response = await call('render', request)
    const body = Buffer.from(await response.arrayBuffer())
    const header = response.headers.get('x-render-result')
    if (header === null) throw new Error(`The render Worker failed: ${body.toString()}`)
    const told: { ok: true; meta: ResultMeta } | RenderRefusal = JSON.parse(decodeURIComponent(header))
    if (!told.ok) return { meta: null, kind: told.kind, detail: told.detail, body }
    checkMemory(told.meta.memory)
    return { meta: told.meta, kind: null, detail: null, body }
  }

  return {
    listen: () => server.listen(),
    close: () => server.close(),
    bucket: async () => (await worker().getEnv()).BUCKET,
    createRequest,
    send,
    /** Send a request, and close the connection after some ms if there is no answer yet. */
    async sendAndLeave(request: RenderRequest, afterMs: number): Promise<'answered' | 'left'> {
      return call('render', request, AbortSignal.timeout(afterMs)).then(
        () => 'answered',
        () => 'left',
      )
    },
    render: async (...request: Parameters<typeof createRequest>) => send(await createRequest(...request)),
    async verify(bytes: Uint8Array, source?: SourceFacts): Promise<Verdict> {
      return (await call('verify', await store(bytes, source))).json() as Promise<Verdict>
    },
  }
}
