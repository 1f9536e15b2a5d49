import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { PICTURE_FOLDER } from './option-docs/figures.ts'
import { createOptionDocs } from './option-docs/option-docs.ts'

const docs = new URL('../docs/', import.meta.url)

/** Writes docs/options.md and its pictures from the option table; `test/docs/options.test.ts` fails while they are stale. */
const { text, pictures } = await createOptionDocs()
rmSync(new URL(`${PICTURE_FOLDER}/`, docs), { recursive: true, force: true })
mkdirSync(new URL(`${PICTURE_FOLDER}/`, docs))
for (const [path, bytes] of pictures) writeFileSync(new URL(path, docs), bytes)
writeFileSync(new URL('options.md', docs), text)
