import {
  type BlobStore,
  concatBytes,
  type ImageIndex,
  type ImageTerms,
  type RenderService,
  type Verdict,
} from '@tintype/core'
import { durableImageIndex, r2BlobStore, r2ImageHeads } from '@tintype/storage'
import { describe, expect, it, vi } from 'vitest'
import { samplePng } from '../../packages/core/src/header/sample-pictures.ts'
import {
  type IngestServices,
  storeOriginal,
  type UploadPlan,
} from '../../workers/api/src/ingest/store-original.ts'
import { createUploadPlaces, ISOLATE_PLACES } from '../../workers/api/src/ingest/upload-places.ts'
import { bindings, freshAccountId } from './env.ts'

const timers = { now: () => Date.now(), wait: (ms: number) => scheduler.wait(ms) }

/** A stand-in for the render Worker: these pictures are headers alone, which it could not show. */
const renderThat = (verify: RenderService['verify']) => ({ verify }) as RenderService
const deliverable = renderThat(async () => ({ verdict: 'deliverable', warnings: [] }))

function bench() {
  const accountId = freshAccountId()
  const images = durableImageIndex(bindings.IMAGES, accountId)
  const blobs = r2BlobStore(bindings.BUCKET)
  const uploadPlaces = createUploadPlaces({ ...ISOLATE_PLACES, maxWaitMs: 0 }, timers)
  const services: IngestServices = { images: () => images, blobs, uploadPlaces, timers, render: deliverable }
  const blobCount = async () => (await blobs.list({ prefix: `blobs/${accountId}/`, limit: 10 })).items.length
  return { accountId, images, blobs, services, blobCount }
}
type Bench = ReturnType<typeof bench>

/** What a feeder other than a form does: an id, a stream, and terms that are known from the start. */
const planFor = ({ images }: Bench, id: string, body: ReadableStream<Uint8Array>): UploadPlan => {
  const terms: ImageTerms = { id, access: 'public', metadata: null, creator: 'feeder' }
  return {
    async reserve(blobKey) {
      expect(await images.reserve({ id, blobKey, uploadedAt: 1000 })).toBe('reserved')
      return { id }
    },
    open: async () => body,
    describe: async () => ({ terms, filename: null }),
  }
}
const streamOf = (...pieces: readonly Uint8Array[]) => new Blob(pieces as Uint8Array<ArrayBuffer>[]).stream()
const picture = samplePng({ width: 31, height: 17 })

describe('storing an original', () => {
  it('takes any stream of bytes, without a form', async () => {
    const b = bench()
    const record = await storeOriginal(b.accountId, planFor(b, 'fed', streamOf(picture)), b.services)
    expect(record).toMatchObject({ id: 'fed', creator: 'feeder', state: 'ready' })
    expect(record.source).toMatchObject({ format: 'png', width: 31, height: 17, sizeBytes: picture.length })
    const stored = await b.blobs.get(record.blobKey as string)
    expect(new Uint8Array(await new Response(stored?.body).arrayBuffer())).toEqual(picture)
    expect(await r2ImageHeads(bindings.BUCKET).get(b.accountId, 'fed')).toMatchObject({ id: 'fed' })
  })

  const failing: [string, (b: Bench) => Partial<UploadPlan>, object][] = [
    [
      'bytes that are no picture',
      () => ({ open: async () => streamOf(new Uint8Array(5000)) }),
      { kind: 'unsupportedImage' },
    ],
    [
      'a file over 10 MB',
      () => ({ open: async () => streamOf(picture, new Uint8Array(10 * 1024 * 1024)) }),
      { kind: 'uploadTooLarge' },
    ],
    [
      'a source that can not be opened',
      () => ({ open: () => Promise.reject(new Error('no answer')) }),
      { message: 'no answer' },
    ],
    [
      'terms that are refused',
      () => ({ describe: () => Promise.reject(new Error('bad terms')) }),
      { message: 'bad terms' },
    ],
    [
      'another id that is taken',
      ({ images }) => ({
        async describe() {
          await images.createTicket({
            id: 'taken',
            access: 'public',
            metadata: null,
            creator: null,
            uploadedAt: 0,
            expiresAt: Date.now() + 60_000,
          })
          return { terms: { id: 'taken', access: 'public', metadata: null, creator: null }, filename: null }
        },
      }),
      { kind: 'alreadyExists' },
    ],
  ]
  it.each(failing)('leaves nothing behind of %s', async (_, part, error) => {
    const b = bench()
    const plan = { ...planFor(b, 'fed', streamOf(picture)), ...part(b) }
    await expect(storeOriginal(b.accountId, plan, b.services)).rejects.toMatchObject(error)
    expect(await b.blobCount()).toBe(0)
    expect(await b.images.reserve({ id: 'fed', blobKey: 'k', uploadedAt: 0 })).toBe('reserved')
  })

  it('leaves nothing behind of a picture that can never be shown', async () => {
    const b = bench()
    const render = renderThat(async () => ({
      verdict: 'refused',
      kind: 'decodingFailed',
      detail: 'no pixels',
    }))
    const plan = planFor(b, 'fed', streamOf(picture))
    await expect(storeOriginal(b.accountId, plan, { ...b.services, render })).rejects.toMatchObject({
      kind: 'unsupportedImage',
      message: expect.stringContaining('no pixels'),
    })
    expect(await b.blobCount()).toBe(0)
    expect(await b.images.get('fed')).toBeNull()
  })

  it('says why it failed first, also when cleaning up fails', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const b = bench()
    const images: ImageIndex = { ...b.images, abandon: () => Promise.reject(new Error('the shard is away')) }
    const plan = planFor(b, 'fed', streamOf(new Uint8Array(5000)))
    await expect(
      storeOriginal(b.accountId, plan, { ...b.services, images: () => images }),
    ).rejects.toMatchObject({ kind: 'unsupportedImage' })
    expect(log).toHaveBeenCalledWith(
      expect.any(String),
      expect.objectContaining({ message: 'the shard is away' }),
    )
    log.mockRestore()
  })

  it('gives its place back whatever happens', async () => {
    const b = bench()
    for (let i = 0; i < 13; i++) {
      const plan = planFor(b, `fed-${i}`, streamOf(i % 2 === 0 ? picture : new Uint8Array(5000)))
      const answer = await storeOriginal(b.accountId, plan, b.services).catch((error) => error.kind)
      expect(answer).toEqual(i % 2 === 0 ? expect.objectContaining({ id: `fed-${i}` }) : 'unsupportedImage')
    }
  })
})

describe('the place of an upload', () => {
  const onePlace = () =>
    createUploadPlaces({ ...ISOLATE_PLACES, places: 1, keptForNewcomers: 0, maxWaitMs: 0 }, timers)

  it('is held until the verdict: no more originals are verified at once than there are places', async () => {
    const b = bench()
    const verdict = Promise.withResolvers<Verdict>()
    let verifying = 0
    const render = renderThat(() => {
      verifying++
      return verdict.promise
    })
    const services = { ...b.services, render, uploadPlaces: onePlace() }
    const first = storeOriginal(b.accountId, planFor(b, 'first', streamOf(picture)), services)
    await expect.poll(() => verifying).toBe(1)
    const second = planFor(b, 'second', streamOf(picture))
    await expect(storeOriginal(b.accountId, second, services)).rejects.toMatchObject({ kind: 'unavailable' })
    verdict.resolve({ verdict: 'deliverable', warnings: [] })
    expect(await first).toMatchObject({ id: 'first' })
    await storeOriginal(b.accountId, planFor(b, 'third', streamOf(picture)), services)
  })

  it('lets the source go when there is none', async () => {
    const b = bench()
    const uploadPlaces = onePlace()
    await uploadPlaces.claim(b.accountId)
    let isCancelled = false
    const source = new ReadableStream<Uint8Array>({
      cancel() {
        isCancelled = true
      },
    })
    const plan = planFor(b, 'fed', source)
    await expect(storeOriginal(b.accountId, plan, { ...b.services, uploadPlaces })).rejects.toMatchObject({
      kind: 'unavailable',
    })
    expect(isCancelled).toBe(true)
  })
})

describe('the blob store in R2', () => {
  it('throws what its body failed with, also when the upload can not be aborted', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const bucket = new Proxy(bindings.BUCKET, {
      get(target, name) {
        if (name !== 'createMultipartUpload') return Reflect.get(target, name).bind(target)
        return async (key: string) => {
          const upload = await target.createMultipartUpload(key)
          return {
            uploadPart: (number: number, bytes: Uint8Array) => upload.uploadPart(number, bytes),
            abort: () => Promise.reject(new Error('R2 is away')),
          }
        }
      },
    })
    const store: BlobStore = r2BlobStore(bucket)
    const pieces = [concatBytes([picture, new Uint8Array(6 * 1024 * 1024)])]
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        const piece = pieces.shift()
        if (piece === undefined) controller.error(new Error('the client went away'))
        else controller.enqueue(piece)
      },
    })
    await expect(store.create(`blobs/${freshAccountId()}/a`, body)).rejects.toThrow('the client went away')
    expect(log).toHaveBeenCalled()
    log.mockRestore()
  })
})
