import { writeFileSync } from 'node:fs'
import { formatOptionDocs } from '../packages/core/src/options/format-option-docs.ts'

/** Writes docs/options.md from the option table; `test/docs/options.test.ts` fails while it is stale. */
writeFileSync(new URL('../docs/options.md', import.meta.url), formatOptionDocs())
