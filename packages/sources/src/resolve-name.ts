import { judgeAddress } from './guard.ts'

/** Why a host's name must not be fetched, or null. Asked after the name itself was judged. */
export type NameJudge = (hostname: string) => Promise<string | null>

/** Types of records with addresses. */
const ADDRESS_TYPES: ReadonlyMap<number, string> = new Map([
  [1, 'A'],
  [28, 'AAAA'],
])

interface DnsAnswer {
  readonly Answer?: readonly { readonly type: number; readonly data: string }[]
}

/**
 * Asks a resolver (`application/dns-json` over HTTPS) for the addresses of a name, and refuses the name when one of them
 * is not public. What is fetched afterwards is looked up again by the platform, so a name that changes in between gets
 * through: this narrows the gap, and closes it where the platform has no way into private networks.
 * A resolver that does not answer, or knows no address, refuses the name.
 * @param resolverUrl such as `https://dns.example/resolve`
 */
export function createNameJudge(
  resolverUrl: string,
  fetch: (url: string, init: RequestInit) => Promise<Response>,
): NameJudge {
  async function addressesOf(hostname: string, type: string): Promise<string[]> {
    const url = new URL(resolverUrl)
    url.searchParams.set('name', hostname)
    url.searchParams.set('type', type)
    const response = await fetch(url.href, { headers: { accept: 'application/dns-json' } })
    if (!response.ok) {
      await response.body?.cancel()
      throw new Error(`The resolver answered ${response.status}`)
    }
    const { Answer = [] } = (await response.json()) as DnsAnswer
    return Answer.filter((record) => ADDRESS_TYPES.has(record.type)).map((record) => record.data)
  }

  return async (hostname) => {
    if (hostname.startsWith('[') || /^[\d.]+$/.test(hostname)) return null // judged as an address already
    try {
      const types = [...ADDRESS_TYPES.values()]
      const found = (await Promise.all(types.map((type) => addressesOf(hostname, type)))).flat()
      if (found.length === 0) return 'its host has no address'
      return found.map(judgeAddress).find((refusal) => refusal !== null) ?? null
    } catch (error) {
      console.error('the resolver failed', error)
      return 'its host could not be looked up'
    }
  }
}
