import { isStillValid } from '@tintype/core'
import type { Account } from './account.ts'
import type { Purges } from './subject.ts'

/** The purges of an account as they concern one subject. @param tags what the request itself says it can be named by */
export function purgesOf({ document, purges }: Account, tags: readonly string[]): Purges {
  const logs = [document.purgeLog, purges.purgeLog]
  const withUserTags = (userTags: readonly string[]) => [...tags, ...userTags.map((tag) => `tag:${tag}`)]
  return {
    // A purge is published after what it purges has changed: a head read from now on is at least as new as both clocks.
    clock: Math.max(document.purgeClock, purges.purgeClock),
    isStillValid: (userTags, readAtClock) =>
      logs.every((log) => isStillValid(log, withUserTags(userTags), readAtClock)),
    lastFor: (userTags) =>
      Math.max(
        0,
        ...logs.flatMap((log) =>
          // A host's tag may spell the name of an inherited property.
          withUserTags(userTags).map((tag) => (Object.hasOwn(log, tag) ? (log[tag] as number) : 0)),
        ),
      ),
  }
}
