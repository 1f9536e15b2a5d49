/**
 * Pack the built-in font, and rewrite the modules of the codec libraries so that they import their memory, into packages/transform/build: memories can then
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
  '@resvg/resvg-wasm/index_bg.wasm': 23,
} as const

/** Files that go by another name here. */
const NAMES: Readonly<Record<string, string>> = { 'index_bg.wasm': 'resvg.wasm' }

/** Parts of the built-in font, for the scripts that drawings and lines of text are mostly written in. */
const FONT_PARTS = [
  'latin',
  'latin-ext',
  'vietnamese',
  'greek',
  'greek-ext',
  'cyrillic',
  'cyrillic-ext',
] as const

await mkdir(`${root}build`, { recursive: true })
for (const [path, initialPages] of Object.entries(MODULES)) {
  const { wasm } = importMemory(await readFile(require.resolve(path)), initialPages)
  const name = path.split('/').at(-1) as string
  await writeIfNew(NAMES[name] ?? name, wasm)
}

const fonts = await Promise.all(
  FONT_PARTS.map((part) =>
    readFile(require.resolve(`@fontsource/noto-sans/files/noto-sans-${part}-400-normal.woff2`), 'base64'),
  ),
)
const list = fonts.map((font) => `  '${font}',\n`).join('')
await writeIfNew(
  'built-in-font.ts',
  Buffer.from(
    `/** WOFF2 files as base64. SIL Open Font License 1.1. */\nexport const FONT_FILES: readonly string[] = [\n${list}]\n`,
  ),
)

/** A file that is there already is left alone: whoever watches it would start anew. */
async function writeIfNew(name: string, bytes: Uint8Array): Promise<void> {
  const target = `${root}build/${name}`
  const built = await readFile(target).catch(() => null)
  if (built === null || !built.equals(bytes)) await writeFile(target, bytes)
}
