import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { ApiError } from '../../packages/core/src/errors.ts'
import { unpackWoff } from '../../packages/transform/src/text/unpack-woff.ts'

const require = createRequire(new URL('../../packages/transform/package.json', import.meta.url))
const woff = new Uint8Array(
  readFileSync(require.resolve('@fontsource/noto-sans/files/noto-sans-greek-400-normal.woff')),
)

/** Sum of a table's 32-bit numbers, the last one filled up with zeros (OpenType, "Calculating checksums"). */
function sumOf(table: Uint8Array): number {
  const view = new DataView(table.buffer, table.byteOffset, table.length)
  let sum = 0
  for (let at = 0; at + 4 <= table.length; at += 4) sum = (sum + view.getUint32(at)) >>> 0
  return sum
}

describe('WOFF', () => {
  it('becomes a font whose tables are whole', async () => {
    const font = await unpackWoff(woff, 1e6)
    const view = new DataView(font.buffer)
    const names: string[] = []
    for (let i = 0; i < view.getUint16(4); i++) {
      const at = 12 + 16 * i
      const name = String.fromCharCode(...font.subarray(at, at + 4))
      names.push(name)
      const [checksum, offset, length] = [
        view.getUint32(at + 4),
        view.getUint32(at + 8),
        view.getUint32(at + 12),
      ]
      // The head's own field holds a sum over the whole file, and counts as 0.
      const table = font.slice(offset, Math.ceil((offset + length) / 4) * 4)
      if (name === 'head') table.fill(0, 8, 12)
      expect(sumOf(table), name).toBe(checksum)
    }
    expect(names).toEqual(expect.arrayContaining(['cmap', 'glyf', 'head', 'hmtx', 'loca', 'maxp']))
  })
  it('of more than is allowed is refused', async () => {
    await expect(unpackWoff(woff, 10_000)).rejects.toMatchObject({ kind: 'invalidOptions' })
  })
  it('that is cut or changed is refused, or becomes some font', async () => {
    for (let i = 0; i < 400; i++) {
      const bad = i < 100 ? woff.slice(0, Math.floor((woff.length * i) / 100)) : woff.slice()
      if (i >= 100) bad[i * 7 < 2000 ? i - 100 : (i * 7919) % bad.length] = (i * 31) & 255
      const result = await unpackWoff(bad, 1e6).catch((error: unknown) => error)
      expect(result instanceof Uint8Array || result instanceof ApiError).toBe(true)
    }
  })
})
