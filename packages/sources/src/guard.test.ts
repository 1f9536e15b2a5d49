import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judgeAddress, judgeUrl } from './guard.ts'

const PRODUCTION = { allowsLoopback: false }
const LOCAL = { allowsLoopback: true }
const judge = (text: string, rules = PRODUCTION) => judgeUrl(new URL(text), rules)
/** A text that no URL parser takes is refused as well. */
const isRefused = (text: string, rules = PRODUCTION) => !URL.canParse(text) || judge(text, rules) !== null

/** One IPv4 address in every notation that a URL may have it in. */
function notations(address: string): string[] {
  const bytes = address.split('.').map(Number) as [number, number, number, number]
  const [a, b, c, d] = bytes
  const whole = ((a * 256 + b) * 256 + c) * 256 + d
  const hex = (value: number) => `0x${value.toString(16)}`
  const octal = (value: number) => `0${value.toString(8)}`
  const encoded = address.replace(/\d/g, (digit) => `%3${digit}`)
  const fullWidth = address.replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit)))
  return [
    address,
    `${address}.`,
    String(whole),
    hex(whole),
    hex(whole).toUpperCase().replace('0X', '0x'),
    octal(whole),
    `${hex(a)}.${hex(b)}.${hex(c)}.${hex(d)}`,
    `${octal(a)}.${octal(b)}.${octal(c)}.${octal(d)}`,
    `${a}.${(b * 256 + c) * 256 + d}`,
    `${a}.${b}.${c * 256 + d}`,
    `${hex(a)}.${b}.${octal(c)}.${d}`,
    `000${octal(a)}.${b}.${c}.${d}`,
    encoded,
    fullWidth,
    address.replaceAll('.', '。'),
    address.replaceAll('.', '%2e'),
    ...embedded(bytes).map((text) => `[${text}]`),
  ]
}

/** The same address inside IPv6 addresses. */
function embedded([a, b, c, d]: readonly [number, number, number, number]): string[] {
  const high = (a * 256 + b).toString(16)
  const low = (c * 256 + d).toString(16)
  const dotted = `${a}.${b}.${c}.${d}`
  return [
    `::ffff:${dotted}`,
    `::ffff:${high}:${low}`,
    `0:0:0:0:0:ffff:${high}:${low}`,
    `::${dotted}`,
    `::${high}:${low}`,
    `::ffff:0:${dotted}`,
    `64:ff9b::${dotted}`,
    `64:ff9b::${high}:${low}`,
    `64:ff9b:1::${high}:${low}`,
    `2002:${high}:${low}::1`,
    `2001:0:${high}:${low}::1`,
    `2001:0:1234::${(0xffff ^ (a * 256 + b)).toString(16)}:${(0xffff ^ (c * 256 + d)).toString(16)}`,
    `fe80::5efe:${dotted}`,
  ]
}

/** First, some middle and last address of every block that is not the public internet's. */
const FORBIDDEN = [
  ...['0.0.0.0', '0.1.2.3', '0.255.255.255'],
  ...['10.0.0.0', '10.20.30.40', '10.255.255.255'],
  ...['100.64.0.0', '100.100.100.200', '100.127.255.255'],
  ...['127.0.0.0', '127.0.0.1', '127.1.2.3', '127.255.255.255'],
  ...['169.254.0.0', '169.254.169.254', '169.254.170.2', '169.254.255.255'],
  ...['172.16.0.0', '172.20.1.1', '172.31.255.255'],
  ...['192.0.0.0', '192.0.0.192', '192.0.2.1', '192.88.99.1'],
  ...['192.168.0.0', '192.168.1.1', '192.168.255.255'],
  ...['198.18.0.0', '198.19.255.255', '198.51.100.7', '203.0.113.9'],
  ...['224.0.0.1', '239.255.255.255', '240.0.0.0', '255.255.255.255'],
  '168.63.129.16',
]
const PUBLIC = [
  '1.1.1.1',
  '8.8.8.8',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
]
  .concat(['128.0.0.0', '169.253.255.255', '169.255.0.0', '172.15.255.255', '172.32.0.0', '192.167.255.255'])
  .concat(['192.169.0.0', '198.17.255.255', '198.20.0.0', '223.255.255.255'])

describe('an address that is not public', () => {
  it.each(FORBIDDEN)('%s is refused in every notation', (address) => {
    for (const host of notations(address)) {
      for (const url of [`http://${host}/`, `https://${host}/a.png`, `http://${host}:8080/`]) {
        expect(isRefused(url), url).toBe(true)
      }
    }
  })
  it('is refused whatever it is written like', () => {
    const numbers = fc.constantFrom(...FORBIDDEN)
    fc.assert(
      fc.property(
        numbers,
        fc.nat(28),
        fc.constantFrom('', '.', ':80', ':443', ':22', ':99999'),
        (address, which, end) => {
          const all = notations(address)
          expect(isRefused(`https://${all[which % all.length]}${end}/`)).toBe(true)
        },
      ),
    )
  })
  it.each([
    '[::]',
    '[::1]',
    '[0:0:0:0:0:0:0:1]',
    '[fc00::1]',
    '[fd00:ec2::254]',
    '[fdff:ffff::1]',
    '[fe80::1]',
    '[febf::1]',
    '[fec0::1]',
    '[ff02::1]',
    '[100::1]',
    '[2001:db8::1]',
    '[3fff::1]',
    '[2001:2::1]',
    '[2001:10::1]',
    '[2001:20::1]',
    '[5f00::1]',
    '[4000::1]',
    '[1::1]',
    '[2002:808:808::1]',
    '[64:ff9b::808:808]',
    '[::ffff:8.8.8.8]',
    '[fe80::1%25eth0]',
  ])('%s is refused', (host) => {
    expect(isRefused(`http://${host}/`)).toBe(true)
    expect(isRefused(`https://${host.toUpperCase()}/`)).toBe(true)
  })
})

describe('a public address', () => {
  it.each(PUBLIC)('%s is let through in the notations of IPv4 alone', (address) => {
    expect(judge(`https://${address}/`)).toBeNull()
    for (const host of notations(address)) {
      if (!URL.canParse(`https://${host}/`)) continue
      expect(judge(`https://${host}/`) === null, host).toBe(!host.startsWith('['))
    }
  })
  it('may be IPv6', () => {
    expect(judge('https://[2606:4700:4700::1111]/a.png')).toBeNull()
  })
  it('agrees with plain arithmetic on any IPv4 address', () => {
    const block = (address: number, base: string, bits: number) => {
      const [a, b, c, d] = base.split('.').map(Number) as [number, number, number, number]
      const from = ((a * 256 + b) * 256 + c) * 256 + d
      return Math.floor(address / 2 ** (32 - bits)) === Math.floor(from / 2 ** (32 - bits))
    }
    const blocks: [string, number][] = [
      ...([
        ['0.0.0.0', 8],
        ['10.0.0.0', 8],
        ['100.64.0.0', 10],
        ['127.0.0.0', 8],
      ] as [string, number][]),
      ...([
        ['169.254.0.0', 16],
        ['172.16.0.0', 12],
        ['192.168.0.0', 16],
      ] as [string, number][]),
      ...([
        ['198.18.0.0', 15],
        ['224.0.0.0', 3],
      ] as [string, number][]),
    ]
    const near = blocks.map(([base]) => base.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0))
    const address = fc.oneof(
      fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      fc
        .tuple(fc.constantFrom(...near), fc.integer({ min: -2, max: 2 }))
        .map(([at, by]) => (at + by + 2 ** 32) % 2 ** 32),
    )
    fc.assert(
      fc.property(address, (value) => {
        if (blocks.some(([base, bits]) => block(value, base, bits)))
          expect(judge(`http://${value}/`)).not.toBeNull()
      }),
      { numRuns: 2000 },
    )
  })
})

describe('a name', () => {
  it.each([
    'localhost',
    'LOCALHOST',
    'localhost.',
    'a.localhost',
    'x.y.localhost.',
    'ｌocalhost',
    'ⓛⓞⓒⓐⓛⓗⓞⓢⓣ',
    'loc%61lhost',
    'printer.local',
    'metadata.google.internal',
    'metadata.google.internal.',
    'instance-data.ec2.internal',
    'metadata',
    'intranet',
    'a.corp',
    'router.lan',
    'a.home',
    'x.home.arpa',
    '1.0.0.127.in-addr.arpa',
    'a.onion',
    'a.test',
    'a.invalid',
    'a..b.com',
  ])('%s is refused', (host) => {
    expect(isRefused(`http://${host}/`)).toBe(true)
  })
  it.each([
    'a.com',
    'a.com.',
    'images.a.co.uk',
    'xn--bcher-kva.example.com',
    'bücher.de',
    'localhost.com',
    'local.net',
    '0x7f.com',
  ])('%s is let through', (host) => {
    expect(judge(`https://${host}/`)).toBeNull()
  })
})

describe('a URL', () => {
  it.each([
    'ftp://a.com/',
    'file:///etc/passwd',
    'data:image/png;base64,AA',
    'javascript:0',
    'blob:https://a.com/1',
    'ws://a.com/',
    'gopher://a.com/',
  ])('%s is refused for its scheme', (text) => {
    expect(judge(text)).toContain('http')
  })
  it.each(['http://u@a.com/', 'http://u:p@a.com/', 'https://:p@a.com/', 'http://127.0.0.1@a.com/'])(
    '%s is refused for its credentials',
    (text) => {
      expect(judge(text)).toContain('credentials')
    },
  )
  it.each([21, 22, 25, 53, 2375, 3306, 5432, 6379, 9200, 11211, 1, 65535])(
    'with port %d is refused',
    (port) => {
      expect(judge(`http://a.com:${port}/`)).toContain('port')
    },
  )
  it.each([
    'http://a.com:80/',
    'https://a.com:443/',
    'http://a.com:443/',
    'http://a.com:8080/',
    'https://a.com:8443/',
  ])('%s is let through', (text) => {
    expect(judge(text)).toBeNull()
  })
})

describe('where loopback is allowed', () => {
  it.each([
    'http://localhost:9000/',
    'http://a.localhost/',
    'http://127.0.0.1:1/',
    'http://127.9.9.9/',
    'http://[::1]:5000/',
    'http://2130706433/',
  ])('%s is let through', (text) => {
    expect(judge(text, LOCAL)).toBeNull()
  })
  it.each([
    'http://10.0.0.1/',
    'http://169.254.169.254/',
    'http://0.0.0.0/',
    'http://[::]/',
    'http://[::ffff:127.0.0.1]/',
    'http://a.com:22/',
    'http://u@localhost/',
    'ftp://localhost/',
  ])('%s is refused all the same', (text) => {
    expect(isRefused(text, LOCAL)).toBe(true)
  })
})

describe('an answer of a resolver', () => {
  it('is judged as an address, with or without brackets', () => {
    expect(['8.8.8.8', '2606:4700::1', '[2606:4700::1]'].map(judgeAddress)).toEqual([null, null, null])
    for (const text of ['10.0.0.1', '::1', 'fe80::1', '::ffff:8.8.8.8', 'a.com', '', '1.2.3']) {
      expect(judgeAddress(text), text).not.toBeNull()
    }
  })
})
