import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { formatOptionDocs } from '../../packages/core/src/options/format-option-docs.ts'

it('docs/options.md says what the option table says (pnpm build:options writes it)', () => {
  expect(readFileSync(new URL('../../docs/options.md', import.meta.url), 'utf8')).toBe(formatOptionDocs())
})
