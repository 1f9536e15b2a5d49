/**
 * Compile packages/pixels/assembly to packages/pixels/build, if it is stale or told to by `--force`: `pixels.wasm`, the types
 * of its functions (`kernel-exports.d.ts`), and the sizes of its records (`kernel-layout.ts`).
 * `--named <file>` writes the same code with the names of its functions to another file, for profilers.
 */
import { spawnSync } from 'node:child_process'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
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

/**
 * The compiler's declarations as one interface. It describes values as its own glue would convert them: an instance itself
 * answers booleans as 0 and 1, and takes records as pointers.
 */
function formatExports(declarations: string): string {
  const functions = declarations.matchAll(/export function (\w+)\((.*)\): (.+);/g)
  const members = Array.from(functions, ([, name, parameters = '', result = '']) => {
    const taken = parameters
      .replaceAll(/__Record\d+<\w+>/g, 'number')
      .replaceAll('boolean', 'boolean | number')
    return `  ${name}(${taken}): ${result.replace('boolean', 'number')}\n`
  })
  return `/* Written by scripts/build-kernel.ts; what the functions do is said in assembly/. */
export interface KernelExports {
  readonly memory: WebAssembly.Memory
${members.join('')}}
`
}

/** The module's constants, read from an instance of it. */
function formatLayout(code: Uint8Array<ArrayBuffer>): string {
  const memory = new WebAssembly.Memory({ initial: 1 })
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code), { env: { memory } })
  const constants = Object.entries(exports).flatMap(([name, value]) =>
    value instanceof WebAssembly.Global && !name.startsWith('_') ? [`  ${name}: ${value.value},\n`] : [],
  )
  return `/* Written by scripts/build-kernel.ts, from assembly/layout-sizes.ts. Bytes, or counts. */
export const KERNEL_LAYOUT = {
${constants.join('')}} as const
`
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
        ...(values.named === undefined ? ['--bindings', 'raw'] : ['--debug']),
      ],
    ],
    { stdio: 'inherit' },
  )
  if (status !== 0) process.exit(1)
  if (values.named === undefined) {
    await writeFile(
      `${root}build/kernel-exports.d.ts`,
      formatExports(await readFile(`${root}build/pixels.d.ts`, 'utf8')),
    )
    await writeFile(`${root}build/kernel-layout.ts`, formatLayout(await readFile(output)))
    // Glue that instantiates the module its own way.
    for (const glue of ['pixels.js', 'pixels.d.ts']) await rm(`${root}build/${glue}`)
  }
  console.log(`kernel built in ${Math.round(performance.now() - startedAt)} ms`)
}
