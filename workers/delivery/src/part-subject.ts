import {
  adviseOn,
  type ClientHints,
  hashProgram,
  type Options,
  programOfOptions,
  resolveHints,
  routeDrawn,
  sourceTags,
} from '@tintype/core'
import { withDrawn } from './cache-scope.ts'
import { purgesOf } from './purges.ts'
import type { OpenedZone } from './remote.ts'
import type { StoredPart } from './store-part.ts'
import type { Subject } from './subject.ts'

/**
 * The subject of a picture that came with the call. It is known by its bytes: who has them may see what becomes of them, so
 * no access is asked for, and only what is drawn onto it can be purged.
 */
export async function findPart(
  { account, zone, policy }: OpenedZone,
  { sha256 }: StoredPart,
  given: Options,
  client: ClientHints,
): Promise<Subject> {
  const { options, hints } = resolveHints(given, client)
  const program = programOfOptions(options, 'remote')
  const drawn = routeDrawn(program, policy)
  return {
    cacheScope: await withDrawn(`part/${zone.zoneId}/${sha256}`, drawn),
    program,
    programHash: await hashProgram(program),
    hints,
    author: 'account',
    warnings: [...adviseOn(options)],
    policy: { access: { admit: async () => ({ kind: 'open' }) }, ttlSeconds: 0 },
    purges: purgesOf(account, sourceTags(drawn.urls)),
    shownTags: [],
    async open() {
      return {
        source: { kind: 'part', sha256 },
        ...{ access: 'public', userTags: [] },
        rights: { zoneId: zone.zoneId, policy, credentials: {} },
      }
    },
  }
}
