import { fileURLToPath } from 'node:url'
import { createTestHarness } from 'wrangler'
import { createHeaderReader } from '../../packages/core/src/header/image-header.ts'
import {
  type FormatClass,
  formatRenderJob,
  type Recipe,
  type RenderJob,
  type SourceFacts,
} from '../../packages/core/src/index.ts'

/** The part of an R2 binding that tests use. */
interface Bucket {
  put(key: string, bytes: Uint8Array): Promise<unknown>
  list(query: { prefix: string }): Promise<{ objects: readonly { key: string }[] }>
  delete(key: string): Promise<void>
}

export interface RenderAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: Buffer
  /** Of a computed answer: what the job was priced at and took, and the most its isolate reserved so far, bytes. */
  readonly memory: { readonly priced: number; readonly peak: number; readonly reserved: number } | null
}

function readMemory(headers: Headers): RenderAnswer['memory'] {
  const text = headers.get('x-tintype-memory')
  if (text === null) return null
  const [priced = 0, peak = 0, reserved = 0] = text.split(';').map((field) => Number(field.split('=')[1]))
  if (!(peak > 0 && peak <= priced))
    throw new Error(`The job took ${peak} bytes, and was priced at ${priced}`)
  return { priced, peak, reserved }
}

const FORMATS = new Set(['jpeg', 'png', 'webp', 'avif', 'gif'] as const)

/** What an upload of these bytes would have stored about them. */
export function readSourceFacts(bytes: Uint8Array): SourceFacts {
  const reader = createHeaderReader(FORMATS)
  reader.push(bytes)
  if (reader.header === null) throw new Error('The picture has no header')
  return { ...reader.header, sizeBytes: bytes.length }
}

/** The render Worker as it is deployed, with a bucket of its own. */
export function createRenderWorker() {
  const server = createTestHarness({
    root: fileURLToPath(new URL('../..', import.meta.url)),
    workers: [
      { configPath: 'workers/render/wrangler.toml' },
      {
        config: {
          name: 'leaving-client',
          main: 'test/system/workers/leaving-client.ts',
          compatibility_date: '2026-11-01',
          services: [{ binding: 'RENDER', service: 'tintype-render' }],
        },
      },
    ],
  })
  const worker = () => server.getWorker<{ BUCKET: Bucket }>('tintype-render')
  let blobs = 0

  async function createJob(
    bytes: Uint8Array,
    recipe: Partial<Recipe> = {},
    formatClass: FormatClass = 'base',
    source: SourceFacts = readSourceFacts(bytes),
  ): Promise<RenderJob> {
    blobs += 1
    const blobKey = `blobs/account/${blobs}`
    await (await worker().getEnv()).BUCKET.put(blobKey, bytes)
    return {
      accountId: 'account',
      blobKey,
      source,
      recipe: { fit: 'scale-down', metadata: 'none', quality: 85, ...recipe },
      formatClass,
    }
  }

  async function post(job: RenderJob): Promise<RenderAnswer> {
    const response = await worker().fetch('http://render/', { method: 'POST', body: formatRenderJob(job) })
    const headers = response.headers as unknown as Headers
    return {
      status: response.status,
      headers,
      body: Buffer.from(await response.arrayBuffer()),
      memory: readMemory(headers), // no test passes whose job takes more than its price
    }
  }

  return {
    listen: () => server.listen(),
    close: () => server.close(),
    fetch: (init: { method: string; body?: string }) => worker().fetch('http://render/', init),
    /** Post a job many times, each one px wider, from a Worker that leaves after some ms. @returns how many answers it did not wait for */
    async postAndLeave(job: RenderJob, times: number, afterMs: number): Promise<number> {
      const url = `http://client/?times=${times}&afterMs=${afterMs}`
      const response = await server
        .getWorker('leaving-client')
        .fetch(url, { method: 'POST', body: formatRenderJob(job) })
      return Number(await response.text())
    },
    bucket: async () => (await worker().getEnv()).BUCKET,
    createJob,
    post,
    render: async (...job: Parameters<typeof createJob>) => post(await createJob(...job)),
  }
}
