import { constants, deflateSync, inflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { PixelError } from '../../packages/pixels/src/pixel-error.ts'
import { inflatePngProfile } from '../../packages/pixels/src/png-profile.ts'
import { createRandom, mutate } from '../support/mutate.ts'
import { newKernel } from '../support/pixel-kernel.ts'

const inflate = (compressed: Uint8Array) =>
  inflatePngProfile(newKernel(), { name: 'test', compressed }, 1 << 26)

/** What our decoder makes of a stream, or null when it refuses it. */
function ours(compressed: Uint8Array): Uint8Array | null {
  try {
    return inflate(compressed)
  } catch (error) {
    if (error instanceof PixelError && error.reason === 'corrupt') return null
    throw error
  }
}

function zlibs(compressed: Uint8Array): Uint8Array | null {
  try {
    return inflateSync(compressed)
  } catch {
    return null
  }
}

const random = createRandom(1951)
const fill = (length: number, byte: (at: number) => number) => new Uint8Array(length).map((_, at) => byte(at))

/** Data that makes zlib write literals, long and short matches, every kind of block and both kinds of code. */
const SAMPLES = {
  nothing: new Uint8Array(0),
  'one byte': Uint8Array.of(7),
  zeros: new Uint8Array(400_000),
  noise: fill(300_000, () => random(256)),
  'two symbols': fill(100_000, () => random(2)),
  'skewed symbols': fill(200_000, () => (random(256) * random(256) * random(256)) >> 16),
  'short periods': fill(300_000, (at) => (at % (1 + ((at >> 12) & 31))) * 7),
  'long distances': fill(200_000, (at) => (Math.imul(at % 32_768, 2654435761) >>> 20) & 255),
  'changing statistics': fill(300_000, (at) => random(1 + ((at >> 10) & 255))),
} as const satisfies Record<string, Uint8Array>

const { Z_DEFAULT_STRATEGY, Z_FILTERED, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE } = constants

describe('the kernel’s inflate', () => {
  it.each(Object.entries(SAMPLES))('reads back %s, whatever wrote it', (_, data) => {
    for (const strategy of [Z_DEFAULT_STRATEGY, Z_FILTERED, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE]) {
      for (const level of [0, 1, 4, 6, 9]) {
        const compressed = new Uint8Array(deflateSync(data, { level, strategy, memLevel: 1 + random(9) }))
        expect(Buffer.compare(inflate(compressed), data)).toBe(0)
      }
    }
  })

  it('accepts and refuses damaged streams as zlib does', () => {
    let accepted = 0
    for (let round = 0; round < 4000; round++) {
      const length = 1 + random(700)
      const data = fill(length, (at) => (round & 1 ? random(1 + random(60)) : at % (1 + random(9))))
      const strategy = round % 5 === 0 ? Z_FIXED : Z_DEFAULT_STRATEGY
      const stream = mutate(deflateSync(data, { level: random(10), strategy }), random)
      const expected = zlibs(stream)
      const actual = ours(stream)
      if (expected !== null) accepted++
      expect(actual === null).toBe(expected === null)
      if (actual !== null && expected !== null) expect(Buffer.compare(actual, expected)).toBe(0)
    }
    expect(accepted).toBeGreaterThan(10)
  })

  it('judges every kind of Huffman code as zlib does', () => {
    // A stream of random bits after a valid header, read as blocks with codes of their own.
    for (let round = 0; round < 6000; round++) {
      const stream = fill(24 + random(60), () => random(256))
      stream.set([0x78, 0x9c, (random(256) & ~7) | 5])
      expect(ours(stream) === null).toBe(zlibs(stream) === null)
    }
  })
})
