/**
 * Rewrite the modules of the codec libraries so that they import their memory, into packages/transform/build: memories can then
 * serve one job after the other. Workers take compiled code only, so this cannot be done at run time.
 * Decision: docs/decisions/0031-codecs-import-their-memory.md
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { importMemory } from './import-memory.ts'

const root = fileURLToPath(new URL('../packages/transform/', import.meta.url))
const require = createRequire(`${root}package.json`)

/**
 * Pages of 64 KiB that a module cannot start without: its data and stack end below. What they were built with, 256, is
 * mostly never touched by a small job, but has to be cleared all the same.
 */
const MODULES = {
  '@jsquash/avif/codec/dec/avif_dec.wasm': 96,
  '@jsquash/avif/codec/enc/avif_enc.wasm': 96,
  '@jsquash/webp/codec/dec/webp_dec.wasm': 4,
  '@jsquash/webp/codec/enc/webp_enc_simd.wasm': 4,
} as const

await mkdir(`${root}build`, { recursive: true })
for (const [path, initialPages] of Object.entries(MODULES)) {
  const { wasm } = importMemory(await readFile(require.resolve(path)), initialPages)
  const target = `${root}build/${path.split('/').at(-1)}`
  const built = await readFile(target).catch(() => null)
  if (built === null || !built.equals(wasm)) await writeFile(target, wasm) // else nobody who watches it starts anew
}
