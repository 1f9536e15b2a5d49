/**
 * Hosts that a zone may take pictures from, as text: `b.com` is that host alone, `*.b.com` the host and everything below
 * it; a path behind it (`b.com/pictures`) is a test of how the source's path begins.
 * Rule: docs/parity.md#allowed-origins.
 */
export interface AllowedOrigin {
  /** Lower case, punycode, without a port and the root's dot. */
  readonly host: string
  readonly includesSubdomains: boolean
  /** Begins with `/`; `/` for every path. */
  readonly pathPrefix: string
}

const MAX_CHARACTERS = 500

/** The host name of a URL without the root's dot, which names the same host. */
export const hostnameOf = ({ hostname }: URL): string =>
  hostname.endsWith('.') ? hostname.slice(0, -1) : hostname

/** A host name as URLs spell it; null for what is none, or is more than a host name. */
export function parseHostname(text: string): string | null {
  if (text.length > MAX_CHARACTERS || /[\s/\\?#@%*]/.test(text) || !URL.canParse(`https://${text}/`))
    return null
  const url = new URL(`https://${text}/`)
  const hostname = hostnameOf(url)
  // A port that is the scheme's own disappears while parsing: it is looked for in the text.
  return url.port === '' && hostname !== '' && !/:\d*$/.test(text.replace(/^\[.*\]/, '')) ? hostname : null
}

/** @returns null for text that names no origin */
export function parseAllowedOrigin(text: string): AllowedOrigin | null {
  if (text.length > MAX_CHARACTERS || /[\s?#]/.test(text)) return null
  const includesSubdomains = text.startsWith('*.')
  const rest = includesSubdomains ? text.slice(2) : text
  const slash = rest.indexOf('/')
  const host = parseHostname(slash < 0 ? rest : rest.slice(0, slash))
  if (host === null) return null
  const pathPrefix = slash < 0 ? '/' : new URL(rest.slice(slash), 'https://path.invalid').pathname
  return { host, includesSubdomains, pathPrefix }
}

/** What {@link parseAllowedOrigin} reads back as the same. */
export const formatAllowedOrigin = ({ host, includesSubdomains, pathPrefix }: AllowedOrigin): string =>
  `${includesSubdomains ? '*.' : ''}${host}${pathPrefix === '/' ? '' : pathPrefix}`

/** Whether `hostname` is `host` or stands below it. */
export const isWithin = (hostname: string, host: string): boolean =>
  hostname === host || hostname.endsWith(`.${host}`)

/** An origin may decode these and leave the prefix that its path seems to begin with. */
const ENCODED_SEPARATOR = /%(?:2e|2f|5c)/i

/** Whether a URL of any port is from this origin. */
export function matchesOrigin({ host, includesSubdomains, pathPrefix }: AllowedOrigin, url: URL): boolean {
  const hostname = hostnameOf(url)
  if (includesSubdomains ? !isWithin(hostname, host) : hostname !== host) return false
  if (pathPrefix === '/') return true
  return url.pathname.startsWith(pathPrefix) && !ENCODED_SEPARATOR.test(url.pathname)
}
