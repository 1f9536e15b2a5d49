import { TRUNCATED } from '@tintype/core'
import { createGovernor, createIsolateKernels, ISOLATE_BUDGET } from '@tintype/transform'
import { beforeAll, describe, expect, it } from 'vitest'
import { encode } from '../../../packages/transform/src/sample-jobs.ts'
import { drawRaster, factsOf, streamOf } from '../../../packages/transform/src/sample-rasters.ts'
import { verifyOriginal } from './verify-original.ts'

const kernels = createIsolateKernels()
const SIZE = { width: 1200, height: 900 }

/** The verdict on a file that has no end mark. */
function verify(file: Uint8Array) {
  const governor = createGovernor(ISOLATE_BUDGET, { now: () => 0, wait: () => scheduler.wait(1) })
  const open = async () => ({ body: streamOf(file), sizeBytes: file.length })
  return verifyOriginal(
    { source: { kind: 'stored', blobKey: 'blobs/a/b', facts: factsOf('jpeg', file, SIZE) }, missesEnd: true },
    { transform: { governor, kernels, open, yield: () => scheduler.wait(0) } },
  )
}

describe('a progressive JPEG without its end mark', () => {
  let whole: Uint8Array
  beforeAll(async () => {
    const noise = (x: number, y: number) => ((x * 7919 + y * 104_729 + x * y * 31) % 97) * 2
    const drawn = drawRaster(SIZE.width, SIZE.height, (x, y) => [
      noise(x, y),
      noise(y, x),
      (x + y) & 255,
      255,
    ])
    whole = await encode('jpeg', drawn)
    expect(whole.findIndex((byte, i) => byte === 0xff && whole[i + 1] === 0xc2)).toBeGreaterThan(0)
  })

  it.each([0, 2])('is whole when that is all it lacks, with %i bytes of padding', async (padding) => {
    const file = new Uint8Array([...whole.subarray(0, -2), ...new Uint8Array(padding)])
    expect(await verify(file)).toEqual({ verdict: 'deliverable', warnings: [] })
  })

  it.each([0.6, 0.9, 0.99, 0.999])('is cut when %f of it is there', async (part) => {
    const cut = whole.slice(0, Math.floor(whole.length * part))
    expect(await verify(cut)).toEqual({ verdict: 'deliverable', warnings: [TRUNCATED] })
  })
})
