const OWN_HOSTS: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * Whether a request comes from the playground's own page on this machine. Calls that use the demo account's token are for
 * nobody else: neither for a page of another origin that somebody has open, nor for a name that was pointed at this machine
 * (DNS rebinding), whose pages would count as of the same origin.
 */
export const isFromOwnPage = ({ url, headers }: Request): boolean =>
  OWN_HOSTS.has(new URL(url).hostname) && headers.get('sec-fetch-site') === 'same-origin'
