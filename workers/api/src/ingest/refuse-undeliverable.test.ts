import type { Timers, Verdict } from '@tintype/core'
import { describe, expect, it, vi } from 'vitest'
import { refuseUndeliverable } from './refuse-undeliverable.ts'

const stored = {
  kind: 'stored',
  blobKey: 'blobs/a/b',
  facts: {
    ...({ format: 'webp', sizeBytes: 1, width: 4000, height: 3000 } as const),
    ...{ orientation: 1, hasAlpha: false, animated: false },
  },
} as const
const never = { now: () => 0, wait: (_ms: number) => new Promise<void>(() => {}) }
const judge = (answer: () => Promise<Verdict>, timers: Timers = never) =>
  refuseUndeliverable({ ref: stored, missesEnd: false }, { verify: answer }, timers)

describe('an original that is stored', () => {
  it.each<Verdict>([{ verdict: 'deliverable', warnings: ['source is truncated'] }, { verdict: 'unknown' }])(
    'is accepted when the verdict is %j',
    async (verdict) => {
      await expect(judge(async () => verdict)).resolves.toBeUndefined()
    },
  )
  it('is accepted when the verdict does not come in time', async () => {
    const waits: number[] = []
    const timers = { now: () => 0, wait: async (ms: number) => waits.push(ms) }
    await expect(judge(() => new Promise(() => {}), timers)).resolves.toBeUndefined()
    expect(waits).toEqual([5000])
  })
  it('is accepted when the render Worker fails', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    await expect(judge(() => Promise.reject(new Error('away')))).resolves.toBeUndefined()
    expect(log).toHaveBeenCalled()
    log.mockRestore()
  })
  it.each<[Verdict, boolean]>([
    [{ verdict: 'deliverable', warnings: [] }, true],
    [{ verdict: 'deliverable', warnings: ['source has a wrong checksum'] }, true],
    [{ verdict: 'deliverable', warnings: ['source is truncated'] }, false],
    [{ verdict: 'refused', kind: 'decodingFailed', detail: null }, false],
  ])('that lacks the mark of its end, with the verdict %j, is accepted: %s', async (verdict, isAccepted) => {
    const judged = refuseUndeliverable(
      { ref: stored, missesEnd: true },
      { verify: async () => verdict },
      never,
    )
    if (isAccepted) await expect(judged).resolves.toBeUndefined()
    else await expect(judged).rejects.toMatchObject({ kind: 'unsupportedImage' })
  })
  it.each<[string, () => Promise<Verdict>, Timers]>([
    ['there is no room', async () => ({ verdict: 'unknown' }), never],
    ['the render Worker fails', () => Promise.reject(new Error('away')), never],
    ['there is no time', () => new Promise(() => {}), { now: () => 0, wait: async () => {} }],
  ])('that lacks the mark of its end may come again when %s', async (_, verify, timers) => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    await expect(
      refuseUndeliverable({ ref: stored, missesEnd: true }, { verify }, timers),
    ).rejects.toMatchObject({
      kind: 'unavailable',
    })
    log.mockRestore()
  })
  it('is refused with the reason when it can never be shown', async () => {
    const refused = (kind: 'decodingFailed' | 'notAnImage' | 'refusedDimensions', detail: string | null) =>
      judge(async () => ({ verdict: 'refused', kind, detail }))
    await expect(refused('decodingFailed', 'damaged AVIF: no pixels')).rejects.toMatchObject({
      kind: 'unsupportedImage',
      message: 'Unsupported image format: damaged AVIF: no pixels',
    })
    await expect(refused('notAnImage', null)).rejects.toMatchObject({ kind: 'unsupportedImage' })
    await expect(refused('refusedDimensions', '4000x3000 px into 64x48 px')).rejects.toMatchObject({
      kind: 'uploadTooLarge',
      message: expect.stringMatching(/WebP of 4000x3000 px .* memory/),
    })
  })
})
