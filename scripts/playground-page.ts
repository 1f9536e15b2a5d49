import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

/** The part of esbuild that is used here; wrangler brings it, so it is no dependency of its own. */
interface Bundler {
  buildSync(options: object): { readonly outputFiles: readonly { readonly text: string }[] }
}
const { buildSync } = createRequire(import.meta.resolve('wrangler'))('esbuild') as Bundler

const folder = new URL('../workers/playground/', import.meta.url)
const target = new URL('build/page.ts', folder)

/** One file of all that is imported, the table of options among it, for browsers of the last years. */
function bundle(entry: string): string {
  const [output] = buildSync({
    entryPoints: [fileURLToPath(new URL(entry, folder))],
    ...{ bundle: true, write: false, format: 'esm', target: 'es2022', minify: true, legalComments: 'none' },
  }).outputFiles
  if (output === undefined) throw new Error(`${entry} was not bundled`)
  return output.text
}

function readWritten(): string | null {
  try {
    return readFileSync(target, 'utf8')
  } catch {
    return null
  }
}

/**
 * Bundles the playground's page into a module that its Worker imports. What has not changed is not written again, so that
 * nobody who watches files is told of it.
 */
export function buildPlaygroundPage(): void {
  const page = {
    html: readFileSync(new URL('page/page.html', folder), 'utf8'),
    css: bundle('page/page.css'),
    js: bundle('page/main.ts'),
  }
  const text = `export const PAGE = ${JSON.stringify(page)} as const\n`
  if (readWritten() === text) return
  mkdirSync(new URL('build/', folder), { recursive: true })
  writeFileSync(target, text)
}
