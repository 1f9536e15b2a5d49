import { describe, expect, it } from 'vitest'
import { parseDeliveryUrl } from './delivery-url.ts'

const hash = 'cheeW4oKsx5ljh8e8BoL2A'

describe('a delivery URL', () => {
  it.each([
    [
      `/${hash}/083eb7b2-5392-4565-b69e-aff66acddd00/public`,
      '083eb7b2-5392-4565-b69e-aff66acddd00',
      'public',
    ],
    [`/${hash}/a/b/c/thumb`, 'a/b/c', 'thumb'],
    [`/${hash}/a%2Fb/thumb`, 'a/b', 'thumb'],
    [`/${hash}/100%25/thumb`, '100%', 'thumb'],
    [`/${hash}/100%2525/thumb`, '100%25', 'thumb'],
    [`/${hash}/ein%20b/%C3%A4`, 'ein b', 'ä'],
    [`/imagedelivery/${hash}/a/public`, 'a', 'public'],
    [`/cdn-cgi/imagedelivery/${hash}/a/public`, 'a', 'public'],
  ])('%s', (path, imageId, variant) => {
    expect(parseDeliveryUrl(path)).toMatchObject({
      accountHash: hash,
      imageId,
      variant: { kind: 'named', name: variant },
    })
  })
  it.each(['w=400,h=300', '=', 'background=rgb%281%2C2%2C3%29,w=5', 'background=%ff'])(
    'ends in the option list %s, which is left as it stands',
    (list) => {
      expect(parseDeliveryUrl(`/${hash}/%C3%A4/b/${list}`)).toMatchObject({
        imageId: 'ä/b',
        variant: { kind: 'options', list },
      })
    },
  )
  it('has no option list where the `=` is encoded: that is a name which nobody can have', () => {
    expect(parseDeliveryUrl(`/${hash}/a/w%3D5`).variant).toEqual({ kind: 'named', name: 'w=5' })
  })
  it('may be signed with or without its prefix', () => {
    expect(parseDeliveryUrl(`/imagedelivery/${hash}/a/public`).signablePaths).toEqual([
      `/${hash}/a/public`,
      `/imagedelivery/${hash}/a/public`,
    ])
    expect(parseDeliveryUrl(`/${hash}/a/public`).signablePaths).toEqual([`/${hash}/a/public`])
  })
  it.each([
    ['/', 'noSuchPage'],
    [`/${hash}`, 'noSuchPage'],
    [`/${hash}/a`, 'noSuchPage'],
    ['/short/a/public', 'unknownAccountHash'],
    [`/${hash}x/a/public`, 'unknownAccountHash'],
    [`/${hash}/a/`, 'invalidDeliveryUrl'],
    [`/${hash}//public`, 'invalidDeliveryUrl'],
    [`/${hash}/%ff/public`, 'invalidDeliveryUrl'],
    [`/${hash}/%/public`, 'invalidDeliveryUrl'],
    [`/${hash}/a%00b/public`, 'invalidDeliveryUrl'],
    [`/${hash}/a%0d%0ab/public`, 'invalidDeliveryUrl'],
    [`/${hash}/${'a'.repeat(17_000)}/public`, 'invalidDeliveryUrl'],
  ])('%s is refused as %s', (path, kind) => {
    expect(() => parseDeliveryUrl(path)).toThrow(expect.objectContaining({ kind }))
  })
})
