export {
  BODY_TIMEOUT_MS,
  HEADERS_TIMEOUT_MS,
  IDLE_TIMEOUT_MS,
  MAX_REDIRECTS,
  MAX_SOURCE_BYTES,
} from './fetch-limits.ts'
export type { GuardRules } from './guard.ts'
export { judgeAddress, judgeUrl } from './guard.ts'
export type { RemoteAnswer, RemoteRequest, RemoteServices } from './open-remote.ts'
export { openRemote, VIA } from './open-remote.ts'
export type { OpenedRemote, RemoteSources, RemoteTerms, Spool, Spooled } from './remote-sources.ts'
export { createRemoteSources } from './remote-sources.ts'
export type { NameJudge } from './resolve-name.ts'
export { createNameJudge } from './resolve-name.ts'
