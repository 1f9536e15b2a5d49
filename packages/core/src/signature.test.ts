import { describe, expect, it } from 'vitest'
import { signMessage, verifySignature } from './signature.ts'

const secret = 'this is a secret'
const keys = [{ name: 'default', value: secret }]
const NOW = 1_600_000_000

/** The published and computed vectors of the delivery contract. */
const VECTORS = [
  ['/hello/world', '6293f9144b4e9adc83416d1b059abcac750bf05b2c5c99ea72fd47cc9c2ace34'],
  ['/hello/world?exp=1631289275', 'e293c787daae28a47de9d8c21c2e4ccc59970aca8e4c7ee8a1a1da3fb2e9ef3f'],
  ['/hello/world?a=1', '30070ba615f70627c2e0c56d27d8345ced52f8462b2e3d2aed8a4abb36d64c1a'],
  ['/hello/world?a=1&exp=1631289275', 'e9b42564154033ccb41affe2dccf417a9662da66e10dd6bc2c003d85810f5b8d'],
  [
    '/cheeW4oKsx5ljh8e8BoL2A/bc27a117-9509-446b-8c69-c81bfeac0a01/mobile?exp=1631289275',
    '77d3f91af4c1c9199a3dec74098b4be64485d3887164e936349023a4e7c4f4a1',
  ],
] as const
const BARE_QUERY_MAC = '9e6675ac22bdb65852cc7875289ca440544fda7c9d10a59acf04d55b5391bd83'

const split = (url: string) => {
  const mark = url.indexOf('?')
  return mark < 0 ? ([url, ''] as const) : ([url.slice(0, mark), url.slice(mark)] as const)
}

describe('a signed URL', () => {
  it.each(VECTORS)('%s has its known MAC and verifies', async (message, mac) => {
    expect(await signMessage(message, secret)).toBe(mac)
    const [path, search] = split(message)
    const signed = `${search}${search ? '&' : '?'}sig=${mac}`
    expect((await verifySignature([path], signed, keys, NOW)).kind).toBe('valid')
    expect((await verifySignature([path], signed.replace(mac, mac.toUpperCase()), keys, NOW)).kind).toBe(
      'valid',
    )
  })
  it('accepts sig before other parameters, whose order is kept', async () => {
    const mac = VECTORS[3][1]
    expect((await verifySignature(['/hello/world'], `?sig=${mac}&a=1&exp=1631289275`, keys, NOW)).kind).toBe(
      'valid',
    )
    expect((await verifySignature(['/hello/world'], `?exp=1631289275&a=1&sig=${mac}`, keys, NOW)).kind).toBe(
      'invalid',
    )
  })
  it('is not proved by the MAC of the path with a trailing question mark', async () => {
    expect(await verifySignature(['/hello/world'], `?sig=${BARE_QUERY_MAC}`, keys, NOW)).toEqual({
      kind: 'invalid',
      reason: 'mismatch',
    })
  })
  it('accepts any active key and any of the paths that may have been signed', async () => {
    const more = [{ name: 'new', value: 'other' }, ...keys]
    const paths = ['/elsewhere', '/hello/world']
    expect((await verifySignature(paths, `?sig=${VECTORS[0][1]}`, more, NOW)).kind).toBe('valid')
  })
  it('dies in the second that exp names', async () => {
    const search = `?exp=1631289275&sig=${VECTORS[1][1]}`
    expect(await verifySignature(['/hello/world'], search, keys, 1631289274)).toEqual({
      kind: 'valid',
      expiresAtSeconds: 1631289275,
    })
    expect(await verifySignature(['/hello/world'], search, keys, 1631289275)).toEqual({
      kind: 'invalid',
      reason: 'expired',
    })
  })
  it.each([
    ['absent', ''],
    ['absent', '?exp=1631289275'],
    ['malformed', '?sig='],
    ['malformed', '?sig'],
    ['malformed', `?sig=${VECTORS[0][1].slice(1)}`],
    ['malformed', `?sig=${VECTORS[0][1]}0`],
    ['malformed', `?sig=${VECTORS[0][1]}&sig=${VECTORS[0][1]}`],
    ['malformed', `?exp=1631289275&exp=1631289275&sig=${VECTORS[1][1]}`],
    ['malformed', `?exp=soon&sig=${VECTORS[1][1]}`],
    ['malformed', `?exp=-1&sig=${VECTORS[1][1]}`],
    ['mismatch', `?sig=${'0'.repeat(64)}`],
    ['mismatch', `?exp=1631289276&sig=${VECTORS[1][1]}`],
  ])('%s: %s', async (expected, search) => {
    const verdict = await verifySignature(['/hello/world'], search, keys, NOW)
    expect(verdict.kind === 'invalid' ? verdict.reason : verdict.kind).toBe(expected)
  })
  it('proves nothing without keys', async () => {
    expect((await verifySignature(['/hello/world'], `?sig=${VECTORS[0][1]}`, [], NOW)).kind).toBe('invalid')
  })
})
