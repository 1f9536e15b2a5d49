import { describe, expect, it } from 'vitest'
import { formatAllowedOrigin, parseAllowedOrigin, parseHostname } from './allowed-origin.ts'
import { isSameSite, routeSource, type SourcePolicy } from './source-policy.ts'
import { DEFAULT_ZONE_SETTINGS, parseAllowedOrigins, parseOrigin, sourcePolicyOf } from './zone-settings.ts'

const route = (url: string, policy: Partial<SourcePolicy>) => {
  const routed = routeSource(new URL(url), { ownHosts: ['zone.com'], origin: null, allowed: [], ...policy })
  return routed.kind === 'fetch' ? routed.url.href : routed.kind
}
const allows = (rule: string, url: string) => route(url, { allowed: [rule] }) !== 'not-allowed'

describe('an allowed origin', () => {
  it.each([
    ['b.com', 'https://b.com/a.png', true],
    ['b.com', 'http://b.com:8080/a.png', true],
    ['b.com', 'https://B.COM./a.png', true],
    ['b.com', 'https://media.b.com/a.png', false],
    ['b.com', 'https://ab.com/', false],
    ['b.com', 'https://b.com.evil.net/', false],
    ['media.b.com', 'https://media.b.com/', true],
    ['media.b.com', 'https://b.com/', false],
    ['*.b.com', 'https://b.com/', true],
    ['*.b.com', 'https://media.b.com/', true],
    ['*.b.com', 'https://x.media.b.com/', true],
    ['*.b.com', 'https://ab.com/', false],
    ['b.com/pictures', 'https://b.com/pictures/a.png', true],
    ['b.com/pictures', 'https://b.com/pictures2/a.png', true],
    ['b.com/pictures/', 'https://b.com/pictures2/a.png', false],
    ['b.com/pictures', 'https://b.com/a/pictures/a.png', false],
    ['b.com/pictures', 'https://b.com/pictures/../secret.png', false],
    ['b.com/pictures/', 'https://b.com/pictures/..%2fsecret.png', false],
    ['b.com/pictures/', 'https://b.com/pictures/%252e%252e/secret.png', true],
    ['*.b.com/p', 'https://x.b.com/p/a.png', true],
    ['bücher.de', 'https://xn--bcher-kva.de/', true],
  ])('%s and %s: %s', (rule, url, expected) => {
    const parsed = parseAllowedOrigin(rule)
    expect(parsed).not.toBeNull()
    expect(allows(rule, url)).toBe(expected)
    if (parsed !== null) expect(parseAllowedOrigin(formatAllowedOrigin(parsed))).toEqual(parsed)
  })
  it.each([
    '',
    '*',
    '*.',
    '**.b.com',
    'a.*.com',
    'https://b.com',
    'b.com:80',
    'b.com:8080',
    'u@b.com',
    'b.com?x',
    'b.com#x',
    'b c.com',
    '/path',
    'b%2ecom',
  ])('is not %j', (rule) => {
    expect(parseAllowedOrigin(rule)).toBeNull()
  })
  it('is given as text with commas or as a list, and * allows every host', () => {
    expect(parseAllowedOrigins('b.com, *.C.com ,b.com')).toEqual(['b.com', '*.c.com'])
    expect(parseAllowedOrigins(['b.com/x'])).toEqual(['b.com/x'])
    expect(parseAllowedOrigins('')).toEqual([])
    expect(parseAllowedOrigins('b.com,*')).toBe('any')
    for (const wrong of [5, null, [5], 'b.com:80', Array.from({ length: 101 }, (_, i) => `a${i}.com`)]) {
      expect(() => parseAllowedOrigins(wrong)).toThrow()
    }
  })
  it('names hosts without ports, in any spelling', () => {
    expect(['A.com', 'a.com.', 'bücher.de', '[::1]'].map(parseHostname)).toEqual([
      'a.com',
      'a.com',
      'xn--bcher-kva.de',
      '[::1]',
    ])
    expect(['a.com:80', 'a.com:', '', 'a/b', 'a b', '[::1]:80'].map(parseHostname)).toEqual(
      Array(6).fill(null),
    )
  })
})

describe('a source', () => {
  it('on the zone itself is fetched from its origin', () => {
    const policy = { origin: 'http://origin.net:8080/base/' }
    expect(route('https://zone.com/a/b.png?v=1', policy)).toBe('http://origin.net:8080/base/a/b.png?v=1')
    expect(route('https://zone.com/a.png', { origin: 'https://origin.net/' })).toBe(
      'https://origin.net/a.png',
    )
    expect(route('https://zone.com/a.png', {})).toBe('no-origin')
    expect(route('https://www.zone.com/a.png', policy)).toBe('not-allowed')
    expect(route('http://origin.net:8080/base/other.png', policy)).toBe(
      'http://origin.net:8080/base/other.png',
    )
    expect(route('http://origin.net/other.png', policy)).toBe('not-allowed')
  })
  it('stays below its origin, whose host may show pictures of others as well', () => {
    const policy = { origin: 'https://store.net/mine' }
    for (const path of [
      '/other/a.png',
      '/mine2/a.png',
      '/mine/..%2fother/a.png',
      '/mine/%2e%2e%5cother/a.png',
    ]) {
      expect(route(`https://store.net${path}`, policy)).toBe('not-allowed')
    }
    expect(route('https://zone.com/..%2Fother/a.png', policy)).toBe('not-allowed')
    expect(route('https://zone.com/a%2Fb.png', policy)).toBe('not-allowed')
    expect(route('https://zone.com/a%2Fb.png', { origin: 'https://store.net' })).toBe(
      'https://store.net/a%2Fb.png',
    )
  })
  it('that is a transform of the zone, or whose origin is the zone, is a loop', () => {
    const policy = { origin: 'https://origin.net/', ownHosts: ['zone.com', 'www.zone.com'] }
    expect(route('https://zone.com/image/w=5/a.png', policy)).toBe('loop')
    expect(route('https://www.zone.com/cdn-cgi/image/w=5/a.png', policy)).toBe('loop')
    expect(route('https://zone.com/images/a.png', policy)).toBe('https://origin.net/images/a.png')
    expect(route('https://zone.com/a.png', { origin: 'https://zone.com/' })).toBe('loop')
  })
  it('is allowed everywhere in an open zone, and not on a host of its own without an origin', () => {
    const policy = sourcePolicyOf(
      { ...DEFAULT_ZONE_SETTINGS, transformations: 'open', hostnames: ['a.com'] },
      'zone.com',
    )
    expect(route('https://b.com/', policy)).toBe('https://b.com/')
    expect(route('https://a.com/', policy)).toBe('no-origin')
  })
  it('is of the same site below one of the zone’s hosts too', () => {
    const policy: SourcePolicy = {
      ownHosts: ['zone.com', 'localhost:8787', '127.0.0.1:1'],
      origin: null,
      allowed: [],
    }
    const same = (url: string) => isSameSite(new URL(url), policy)
    expect(
      ['https://zone.com/a', 'https://x.zone.com/', 'http://localhost:8787/a', 'http://127.0.0.1:1/'].map(
        same,
      ),
    ).toEqual(Array(4).fill(true))
    const others = [
      'https://azone.com/',
      'https://com/',
      'https://zone.com.evil.net/',
      'http://zone.com:81/',
      'http://localhost:5/',
    ]
    expect(others.map(same)).toEqual(Array(5).fill(false))
  })
})

describe('an origin', () => {
  it('is an http or https URL without credentials, query or fragment, or nothing', () => {
    expect(['https://a.com', 'http://a.com:8080/base', null, ''].map(parseOrigin)).toEqual([
      'https://a.com/',
      'http://a.com:8080/base',
      null,
      null,
    ])
    for (const wrong of [
      'a.com',
      'ftp://a.com',
      'https://u:p@a.com',
      'https://a.com?x=1',
      'https://a.com#x',
      5,
    ]) {
      expect(() => parseOrigin(wrong)).toThrow()
    }
  })
})
