import { describe, expect, it } from 'vitest'
import { parsePurgeRequest, requestTags } from './purge.ts'

const HASH = 'AbCdEfGhIjKlMnOpQrStUv'
const tagsOf = (url: string) => requestTags(new URL(url), 'a/b c', 'public')
/** Whether a purge meets what a request of this URL shows. */
const meets = (body: Record<string, unknown>, url: string) =>
  parsePurgeRequest(body).some((tag) => tagsOf(url).includes(tag))
const REQUEST = `https://images.example/${HASH}/a/b%20c/public`

describe('a purge of a file', () => {
  it.each([
    ['itself', REQUEST],
    ['another scheme', REQUEST.replace('https', 'http')],
    ['scheme and host in upper case', REQUEST.replace('https://images.example', 'HTTPS://IMAGES.EXAMPLE')],
    ['the default port', REQUEST.replace('.example', '.example:443')],
    ["the other scheme's port", REQUEST.replace('https', 'http').replace('.example', '.example:443')],
    ['port 80', REQUEST.replace('https', 'http').replace('.example', '.example:80')],
    ["the root's dot", REQUEST.replace('.example', '.example.')],
    ['an encoded slash', REQUEST.replace('a/b', 'a%2Fb')],
    ['an encoded slash in lower case', REQUEST.replace('a/b', 'a%2fb')],
    ['encoded unreserved characters', REQUEST.replace('/public', '/%70ubl%69c')],
    ['a raw space', REQUEST.replace('%20', ' ')],
    ['double slashes', REQUEST.replace('/a/', '//a///')],
    ['a slash at its end', `${REQUEST}/`],
    ['dot segments', REQUEST.replace('/a/', '/./x/../a/')],
    ['encoded dot segments', REQUEST.replace('/a/', '/%2e/x/%2E%2e/a/')],
    ['backslashes', REQUEST.replace('/a/', '\\a\\')],
    ['a query', `${REQUEST}?b=2&a=1`],
    ['a fragment', `${REQUEST}#top`],
    ['an alias', REQUEST.replace(HASH, `imagedelivery/${HASH}`)],
    ['the other alias', REQUEST.replace(HASH, `cdn-cgi/imagedelivery/${HASH}`)],
  ])('meets every spelling of it: %s', (_, spelling) => {
    expect(meets({ files: [spelling] }, REQUEST)).toBe(true)
    expect(meets({ files: [{ url: spelling, headers: {} }] }, REQUEST)).toBe(true)
    // Requests come in every spelling too.
    expect(meets({ files: [REQUEST] }, spelling)).toBe(true)
  })
  it('meets no other', () => {
    for (const other of [
      ...[`${REQUEST}2`, REQUEST.replace('/a/', '/A/'), REQUEST.replace('images.', 'image.')],
      ...[REQUEST.replace('.example', '.example:8443'), REQUEST.replace('/public', '')],
      REQUEST.replace('%20', '%2520'),
    ])
      expect([other, meets({ files: [other] }, REQUEST)]).toEqual([other, false])
  })
  it('keeps ids apart that differ in their encoding only', () => {
    const url = `https://images.example/${HASH}/100%2525/public`
    expect(meets({ files: [`https://images.example/${HASH}/100%25/public`] }, url)).toBe(false)
  })
  it('takes what is no UTF-8, in either case of its digits', () => {
    const [lower] = parsePurgeRequest({ files: ['https://a.example/%ff'] })
    expect(parsePurgeRequest({ files: ['https://a.example/%FF'] })).toEqual([lower])
  })
})

describe('a purge of a prefix', () => {
  it.each([
    'images.example',
    'images.example/',
    'IMAGES.example:443',
    `images.example/${HASH}`,
    `images.example/${HASH}/`,
    `images.example//${HASH}//a/`,
    `images.example/${HASH}/a`,
    `images.example/${HASH}/a/b%20c`,
    `images.example/${HASH}/a%2fb c`,
    `images.example/${HASH}/x/../a`,
    `images.example/${HASH}/a/b%20c/public`,
  ])('meets what is under it: %s', (prefix) => {
    expect(meets({ prefixes: [prefix] }, REQUEST)).toBe(true)
    // The alias shows the same picture.
    expect(meets({ prefixes: [prefix] }, REQUEST.replace(HASH, `imagedelivery/${HASH}`))).toBe(true)
  })
  it('names whole segments', () => {
    for (const prefix of [`images.example/${HASH}/a/b`, `images.example/${HASH.slice(0, 5)}`, 'example'])
      expect(meets({ prefixes: [prefix] }, REQUEST)).toBe(false)
  })
  it('may name an alias', () => {
    const prefix = { prefixes: ['images.example/imagedelivery'] }
    expect(meets(prefix, REQUEST.replace(HASH, `imagedelivery/${HASH}`))).toBe(true)
    expect(meets(prefix, REQUEST)).toBe(false)
  })
  it.each([
    '//x',
    '/',
    '///',
    '/x',
    'https://a.example/b',
    'a.example?b',
    'a.example#b',
    'user@a.example/b',
    'a\\b/c',
    'a b/c',
    'a.example:port/b',
    ' a.example',
  ])('is refused without a host: %s', (prefix) => {
    expect(() => parsePurgeRequest({ prefixes: [prefix] })).toThrow('Bad request')
  })
  it('has at most 31 separators', () => {
    const prefix = (separators: number) => `a.example${'/x'.repeat(separators)}`
    expect(parsePurgeRequest({ prefixes: [prefix(31)] })).toEqual([`path:${prefix(31)}`])
    expect(() => parsePurgeRequest({ prefixes: [prefix(32)] })).toThrow('at most 31 separators')
  })
})

describe('a purge of a host', () => {
  it.each(['images.example', 'IMAGES.EXAMPLE', 'images.example:443', 'images.example.'])(
    'meets %s',
    (host) => {
      expect(meets({ hosts: [host] }, REQUEST)).toBe(true)
    },
  )
  it('takes international names, and ports that are no default', () => {
    expect(meets({ hosts: ['bücher.example'] }, `https://xn--bcher-kva.example/${HASH}/a/public`)).toBe(true)
    expect(meets({ hosts: ['localhost:8787'] }, `http://localhost:8787/${HASH}/a/public`)).toBe(true)
    expect(meets({ hosts: ['localhost'] }, `http://localhost:8787/${HASH}/a/public`)).toBe(false)
  })
  it.each(['', 'http://a.example/', 'a.example/', 'a.example/b', '\u0000', 'a@b', 'a b', '//a'])(
    'is refused where it names none: %j',
    (host) => {
      expect(() => parsePurgeRequest({ hosts: [host] })).toThrow('Bad request')
    },
  )
})
