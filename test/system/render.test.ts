import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestHarness } from 'wrangler'
import { createHeaderReader } from '../../packages/core/src/image-header.ts'
import {
  type FormatClass,
  formatRenderJob,
  type Recipe,
  type RenderJob,
} from '../../packages/core/src/index.ts'
import { hasCorpus, readCorpus } from '../support/corpus.ts'

const server = createTestHarness({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  workers: [{ configPath: 'workers/render/wrangler.toml' }],
})
const worker = () => server.getWorker<{ BUCKET: R2BucketLike }>('tintype-render')

/** The part of an R2 binding that these tests use. */
interface R2BucketLike {
  put(key: string, bytes: Uint8Array): Promise<unknown>
  list(query: { prefix: string }): Promise<{ objects: { key: string }[] }>
}

let blobs = 0

async function store(bytes: Uint8Array): Promise<string> {
  const key = `blobs/account/${++blobs}`
  await (await worker().getEnv()).BUCKET.put(key, bytes)
  return key
}

function factsOf(bytes: Uint8Array): RenderJob['source'] {
  const reader = createHeaderReader(new Set(['jpeg', 'png', 'webp', 'avif', 'gif']))
  reader.push(bytes)
  if (reader.header === null) throw new Error('no header')
  return { ...reader.header, sizeBytes: bytes.length }
}

async function jobFor(
  bytes: Uint8Array,
  recipe: Partial<Recipe>,
  formatClass: FormatClass,
): Promise<RenderJob> {
  return {
    accountId: 'account',
    blobKey: await store(bytes),
    source: factsOf(bytes),
    recipe: { fit: 'scale-down', metadata: 'none', quality: 85, ...recipe },
    formatClass,
  }
}

const post = (body: string) => worker().fetch('http://render/', { method: 'POST', body })

async function render(bytes: Uint8Array, recipe: Partial<Recipe>, formatClass: FormatClass) {
  const response = await post(formatRenderJob(await jobFor(bytes, recipe, formatClass)))
  const body = Buffer.from(await response.arrayBuffer())
  return { status: response.status, headers: response.headers, body }
}

/** Peak signal-to-noise ratio of two pictures on white, dB. */
async function psnr(one: Buffer, other: Buffer): Promise<number> {
  const [a, b] = await Promise.all(
    [one, other].map((bytes) =>
      sharp(bytes).flatten({ background: '#fff' }).toColourspace('srgb').raw().toBuffer(),
    ),
  )
  if (a === undefined || b === undefined || a.length !== b.length) throw new Error('two sizes')
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += ((a[i] as number) - (b[i] as number)) ** 2
  return 10 * Math.log10((255 * 255 * a.length) / sum)
}

beforeAll(() => server.listen())
afterAll(() => server.close())

describe.skipIf(!hasCorpus)('real pictures', () => {
  const beach = hasCorpus ? readCorpus('photos/beach-2725x2225.jpg') : Buffer.alloc(0)

  it.each([
    ['avif', 'image/avif', 34],
    ['webp', 'image/webp', 34],
    ['base', 'image/jpeg', 34],
  ] as const)(
    'delivers the standard photo to a client of class %s as %s',
    async (formatClass, mime, least) => {
      const { status, headers, body } = await render(beach, { width: 1366, height: 768 }, formatClass)
      expect(status, body.toString('latin1').slice(0, 300)).toBe(200)
      expect(headers.get('content-type')).toBe(mime)
      expect(headers.get('x-tintype-warning')).toBeNull()
      expect(Number(headers.get('content-length'))).toBe(body.length)
      const { width, height } = await sharp(body).metadata()
      expect([width, height]).toEqual([941, 768])
      const reference = await sharp(beach)
        .resize(941, 768, { fit: 'fill', fastShrinkOnLoad: false })
        .png()
        .toBuffer()
      expect(await psnr(body, reference)).toBeGreaterThan(least)
    },
  )
})
