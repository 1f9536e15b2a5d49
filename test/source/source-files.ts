import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parseAst } from 'vitest/node'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** A module of ours, as its syntax tree: nodes with a `type`, as ESTree names them. */
export interface SourceFile {
  /** Relative to the repository. */
  readonly path: string
  readonly nodes: readonly SyntaxNode[]
}

export interface SyntaxNode {
  readonly type: string
  readonly [property: string]: unknown
}

/** Every shipped module of the Workers and packages; tests and AssemblyScript left out. */
export async function readSourceFiles(): Promise<SourceFile[]> {
  const files: SourceFile[] = []
  for (const folder of ['workers', 'packages']) {
    for (const entry of await readdir(root + folder, { recursive: true })) {
      const path = `${folder}/${entry}`
      if (!/^[^/]+\/[^/]+\/src\/.*\.ts$/.test(path) || path.endsWith('.test.ts')) continue
      const tree = parseAst(await readFile(root + path, 'utf8'), { lang: 'ts' })
      files.push({ path, nodes: [...walk(tree)] })
    }
  }
  return files
}

function* walk(value: unknown): Generator<SyntaxNode> {
  if (Array.isArray(value)) for (const item of value) yield* walk(item)
  else if (typeof value === 'object' && value !== null && !(value instanceof RegExp)) {
    if ('type' in value && typeof value.type === 'string') yield value as SyntaxNode
    for (const child of Object.values(value)) yield* walk(child)
  }
}
