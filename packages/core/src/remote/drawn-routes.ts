import { drawnUrls, type Program } from '../program/program.ts'
import { routeSource, type SourcePolicy } from './source-policy.ts'

/** Where what a program draws from other hosts is fetched, for one zone. */
export interface DrawnRoutes {
  /**
   * Part of every key of a result: one program draws other pictures where the zone, or its rules, are others. Text; empty
   * where nothing is drawn from other hosts.
   */
  readonly key: string
  /** By which a purge can name what is drawn: as it was asked for, and as it is fetched. */
  readonly urls: readonly URL[]
}

/**
 * Route what is drawn as a source is routed. What is refused is refused by whoever fetches it, and is no part of a result:
 * as the refusal is in the key, no result from before it answers.
 */
export function routeDrawn(program: Program, policy: SourcePolicy): DrawnRoutes {
  const routes = drawnUrls(program).map((href) => {
    const asked = new URL(href)
    return { asked, route: routeSource(asked, policy) }
  })
  if (routes.length === 0) return { key: '', urls: [] }
  return {
    key: JSON.stringify(routes.map(({ route }) => (route.kind === 'fetch' ? route.url.href : [route.kind]))),
    urls: routes.flatMap(({ asked, route }) => (route.kind === 'fetch' ? [asked, route.url] : [asked])),
  }
}
