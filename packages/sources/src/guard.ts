import ipaddr from 'ipaddr.js'

/** What a deployment lets through that is refused otherwise. */
export interface GuardRules {
  /** This machine itself, on any port: for local development and tests alone. */
  readonly allowsLoopback: boolean
}

/** The schemes' own ports, empty in a parsed URL, and their two customary substitutes. */
const PORTS: ReadonlySet<string> = new Set(['', '80', '443', '8080', '8443'])
/** Names that are never public: RFC 6761, 6762, 7686, 8375 and 9476, and what networks of companies and clouds use. */
const PRIVATE_SUFFIXES: ReadonlySet<string> = new Set(
  'localhost local internal intranet private corp home lan localdomain test invalid example onion alt arpa'.split(
    ' ',
  ),
)
/** Served to virtual machines by their host, from an address that looks public. */
const METADATA_ADDRESSES: ReadonlySet<string> = new Set(['168.63.129.16'])
const LOOPBACK_NAME = /^(?:.+\.)?localhost$/

type Refusal = string | null

/**
 * Whether a URL may be fetched on behalf of a stranger: the first one, and each that a redirect names. The URL is parsed, so
 * an IPv4 address is four decimal numbers by now, however it was written, and a name is lower case and in punycode.
 * @returns why not, for the caller to read; null when it may
 * Rule: docs/parity.md#source-guard.
 */
export function judgeUrl(url: URL, rules: GuardRules): Refusal {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'only http and https sources are fetched'
  if (url.username !== '' || url.password !== '') return 'it must not contain credentials'
  const host = url.hostname.endsWith('.') ? url.hostname.slice(0, -1) : url.hostname
  if (rules.allowsLoopback && isLoopback(host)) return null
  if (!PORTS.has(url.port)) return 'its port is not one that pictures are fetched from'
  return parseAddress(host) === null ? judgeName(host) : judgeAddress(host)
}

/** An address as URLs write it, with or without brackets; null for anything else, the short forms of IPv4 included. */
function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  const bare = text.replace(/^\[|\]$/g, '')
  if (ipaddr.IPv6.isValid(bare)) return ipaddr.IPv6.parse(bare)
  return ipaddr.IPv4.isValidFourPartDecimal(bare) ? ipaddr.IPv4.parse(bare) : null
}

function isLoopback(host: string): boolean {
  return LOOPBACK_NAME.test(host) || parseAddress(host)?.range() === 'loopback'
}

function judgeName(name: string): Refusal {
  const labels = name.split('.')
  const isPublic = labels.length > 1 && !labels.includes('') && !PRIVATE_SUFFIXES.has(labels.at(-1) as string)
  return isPublic ? null : 'its host is not public'
}

/**
 * Whether an address is one of the public internet's. IPv6 is taken from the one block that is given out for it, without
 * what carries an IPv4 address inside.
 * @param text with or without brackets; what is no address is refused
 */
export function judgeAddress(text: string): Refusal {
  const refusal = 'its address is not public'
  const address = parseAddress(text)
  if (address === null || address.range() !== 'unicast' || METADATA_ADDRESSES.has(text)) return refusal
  return address instanceof ipaddr.IPv6 && (address.parts[0] as number) >> 13 !== 1 ? refusal : null
}
