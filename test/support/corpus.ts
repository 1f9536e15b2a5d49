import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Beside the project, or beside the folder of a worktree. */
const CANDIDATES = ['../../../shared/corpus/', '../../../../shared/corpus/']

const folder = CANDIDATES.map((path) => fileURLToPath(new URL(path, import.meta.url))).find(existsSync)

/** True where the shared pictures are present; suites that need them skip otherwise. */
export const hasCorpus = folder !== undefined
if (!hasCorpus)
  console.warn('The corpus folder ../shared/corpus is absent: tests on real pictures are skipped')

/** Paths below the corpus, such as `pngsuite/basn2c08.png`, of the files in `name` whose name matches. */
export function corpusFiles(name: string, pattern: RegExp): string[] {
  if (folder === undefined) return []
  return readdirSync(folder + name)
    .filter((file) => pattern.test(file))
    .sort()
    .map((file) => `${name}/${file}`)
}

export function readCorpus(path: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(`${folder}${path}`))
}

/** Where a corpus file lies, for clients that want a path. */
export const corpusPath = (path: string): string => `${folder}${path}`
