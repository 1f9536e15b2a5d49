import { describe, expect, it } from 'vitest'
import { isFromOwnPage } from './own-page.ts'

const request = (url: string, site?: string) =>
  new Request(url, site === undefined ? {} : { headers: { 'sec-fetch-site': site } })

describe("calls that use the demo account's token", () => {
  it.each(['http://localhost:8787', 'http://127.0.0.1:8787', 'http://[::1]:8787'])(
    'are for the own page at %s',
    (origin) => {
      expect(isFromOwnPage(request(`${origin}/playground/images`, 'same-origin'))).toBe(true)
    },
  )
  it.each([
    ['a page of another origin', 'http://localhost:8787', 'cross-site'],
    ['another port of this machine', 'http://localhost:8787', 'same-site'],
    ['somebody who types the address', 'http://localhost:8787', 'none'],
    ['who does not say where it comes from', 'http://localhost:8787', undefined],
    ['a name that was pointed at this machine', 'http://rebound.example:8787', 'same-origin'],
    ['a name that only begins like it', 'http://localhost.example:8787', 'same-origin'],
  ] as const)('are not for %s', (_, origin, site) => {
    expect(isFromOwnPage(request(`${origin}/playground/images`, site))).toBe(false)
  })
})
