/**
 * Compile packages/pixels/assembly to packages/pixels/build/pixels.wasm, if it is stale or told to by `--force`.
 * `--named <file>` writes the same code with the names of its functions to another file, for profilers.
 */
import { spawnSync } from 'node:child_process'
import { mkdir, readdir, stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values } = parseArgs({ options: { force: { type: 'boolean' }, named: { type: 'string' } } })

const root = fileURLToPath(new URL('../packages/pixels/', import.meta.url))
const output = values.named ?? `${root}build/pixels.wasm`

const modifiedAt = async (path: string) => (await stat(path).catch(() => null))?.mtimeMs ?? 0

/** True when a source, or this script, is newer than the built module, or there is none. */
async function isStale(): Promise<boolean> {
  const builtAt = await modifiedAt(output)
  const sources = await readdir(`${root}assembly`, { recursive: true })
  const paths = [fileURLToPath(import.meta.url), ...sources.map((name) => `${root}assembly/${name}`)]
  const times = await Promise.all(paths.map(modifiedAt))
  return builtAt === 0 || times.some((time) => time > builtAt)
}

if (values.force || values.named || (await isStale())) {
  await mkdir(`${root}build`, { recursive: true })
  const startedAt = performance.now()
  const compiler = fileURLToPath(import.meta.resolve('assemblyscript/bin/asc.js'))
  const { status } = spawnSync(
    process.execPath,
    [
      compiler,
      `${root}assembly/index.ts`,
      ...[
        '--outFile',
        output,
        '--importMemory',
        '--zeroFilledMemory',
        '--runtime',
        'stub',
        '--enable',
        'simd',
        '-O3',
        '--noAssert',
        '--use',
        'abort=',
        ...(values.named === undefined ? [] : ['--debug']),
      ],
    ],
    { stdio: 'inherit' },
  )
  if (status !== 0) process.exit(1)
  console.log(`kernel built in ${Math.round(performance.now() - startedAt)} ms`)
}
