import { expect, it } from 'vitest'
import { parseConfigChange, presentConfig } from './account-config.ts'
import { DEFAULT_SETTINGS } from './edge-document.ts'

it('begins with two days and no option lists', () => {
  expect(presentConfig(DEFAULT_SETTINGS)).toEqual({ flexible_variants: false, browser_ttl: 172_800 })
})

it.each([
  [{}, {}],
  [{ flexible_variants: true }, { flexibleVariants: true }],
  [{ browser_ttl: 3600, nobody: 1 }, { browserTtlSeconds: 3600 }],
  [{ browser_ttl: 31_536_000, flexible_variants: null }, { browserTtlSeconds: 31_536_000 }],
  [{ preserve_content_credentials: false }, {}],
])('%j changes %j', (body, change) => {
  expect(parseConfigChange(body)).toEqual(change)
})

it.each([
  [{ flexible_variants: 'true' }, 'flexible_variants'],
  [{ browser_ttl: 3599 }, 'browser_ttl'],
  [{ browser_ttl: 31_536_001 }, 'browser_ttl'],
  [{ browser_ttl: 3600.5 }, 'browser_ttl'],
  [{ browser_ttl: '3600' }, 'browser_ttl'],
  [{ preserve_content_credentials: true }, 'preserve_content_credentials'],
])('%j is refused, naming %s', (body, name) => {
  expect(() => parseConfigChange(body)).toThrow(
    expect.objectContaining({ kind: 'badRequest', detail: expect.stringContaining(name) }),
  )
})
