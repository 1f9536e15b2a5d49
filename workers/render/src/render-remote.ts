import {
  combineFacts,
  ENGINE_EPOCH,
  type FormatClass,
  formatSourceIdentity,
  hashProgram,
  hashText,
  type RemoteFacts,
  type RemoteMeta,
  type RemoteRights,
  type RenderRequest,
  routeDrawn,
} from '@tintype/core'
import type { RemoteSources } from '@tintype/sources'
import { remoteDerivedKey, remoteDerivedPrefix } from '@tintype/storage'
import type { OpenSource } from '@tintype/transform'
import { type Computed, compute, type Rendered, streamOf } from './compute.ts'
import type { DerivedResult } from './derived-store.ts'
import type { Services } from './services.ts'

/** Larger results are not rewritten when they are confirmed: they are confirmed again next time. */
const MAX_RENEWED_BYTES = 8 * 1024 * 1024

/** What a host is told that its picture is for; never the client's own words, since what comes is kept for others. */
const ACCEPTS = {
  avif: 'image/avif,image/webp,image/*;q=0.9,*/*;q=0.8',
  webp: 'image/webp,image/*;q=0.9,*/*;q=0.8',
  base: 'image/*,*/*;q=0.8',
} as const satisfies Record<FormatClass, string>

/**
 * The result of a request that has pictures of other hosts in it: from L2 while their hosts' rules let it, else confirmed
 * by its host, else made anew.
 * @throws ApiError of the delivery kinds, and those that say what was wrong with a source
 */
export async function renderRemote(
  request: RenderRequest,
  rights: RemoteRights,
  isWanted: () => unknown,
  services: Services,
): Promise<Rendered> {
  const { source, program, formatClass } = request
  const { zoneId, generation, credentials, policy } = rights
  const identity = [zoneId, generation, formatSourceIdentity(source), routeDrawn(program, policy).key]
  const scope = await hashText(JSON.stringify(identity))
  const prefix = remoteDerivedPrefix(ENGINE_EPOCH, scope)
  const key = remoteDerivedKey(ENGINE_EPOCH, scope, await hashProgram(program), formatClass)
  const stored = await services.derived.get(key, services.now())
  const facts = stored?.meta.remote
  if (stored !== null && facts !== undefined && facts.freshUntil > services.now()) {
    return fromStore(stored, facts)
  }
  await stored?.body.cancel()

  // What one caller's credentials open is not handed to another who asks at the same moment.
  const jobKey = `${key} ${await hashText(JSON.stringify(credentials))}`
  const { bytes, meta } = await services.coalescer.run(jobKey, isWanted, (isAbandoned) => {
    const work = make(request, rights, facts ?? null, key, isAbandoned, services)
    services.keepAlive(work)
    work.then(
      (computed) => services.defer(() => keep(key, prefix, computed, services)),
      () => {},
    )
    return work
  })
  return { body: streamOf(bytes), meta }
}

const fromStore = ({ body, sizeBytes, meta }: DerivedResult, remote: RemoteMeta): Rendered => ({
  body,
  meta: { ...meta, sizeBytes, epoch: ENGINE_EPOCH, origin: 'l2', memory: null, remote },
})

/** Store a result, if its source lets it and there is room for it. One that is only confirmed has its place already. */
async function keep(
  key: string,
  prefix: string,
  { bytes, meta }: Computed,
  { derived, room, now }: Services,
): Promise<void> {
  if (meta.remote?.isStorable !== true) return
  const isKept =
    meta.origin === 'l2' ? bytes.length <= MAX_RENEWED_BYTES : await room.has(prefix, bytes.length)
  if (isKept) await derived.put(key, bytes, meta, now())
}

async function make(
  request: RenderRequest,
  { policy, credentials, generation, clock }: RemoteRights,
  known: RemoteFacts | null,
  key: string,
  isAbandoned: () => boolean,
  services: Services,
): Promise<Computed> {
  const { source, formatClass } = request
  const terms = {
    ...{ policy, accept: ACCEPTS[formatClass], isFresh: generation > 0 },
    ...{ credentials, credentialed: source.kind === 'remote' ? source.url : null },
  }
  const remote = services.openRemoteSources(terms)
  try {
    const renewed = known === null ? null : await confirm(request, known, remote)
    const confirmed =
      renewed === null ? null : await readStored(key, { ...renewed, readAtClock: clock }, services)
    if (confirmed !== null) return confirmed
    const computed = await compute(request, isAbandoned, openWith(remote, services), services)
    const [first, ...others] = remote.facts()
    if (first === undefined) return computed
    const facts = { ...combineFacts([first, ...others]), readAtClock: clock }
    const warnings = [...new Set([...computed.meta.warnings, ...facts.warnings])]
    return { ...computed, meta: { ...computed.meta, warnings, remote: facts } }
  } finally {
    // The answer need not wait until what was put aside is gone.
    services.keepAlive(remote.close())
  }
}

/** Only a result of one picture can be confirmed by asking one host. */
async function confirm(
  { source, program }: RenderRequest,
  known: RemoteFacts,
  remote: RemoteSources,
): Promise<RemoteFacts | null> {
  const isAlone = source.kind === 'remote' && !program.ops.some(({ op }) => op === 'draw')
  const canBeConfirmed = known.etag !== null || known.lastModified !== null
  return isAlone && canBeConfirmed ? remote.confirm(source.url, known) : null
}

/** null when it has gone since it was looked at. */
async function readStored(key: string, remote: RemoteMeta, services: Services): Promise<Computed | null> {
  const stored = await services.derived.get(key, services.now())
  if (stored === null) return null
  const bytes = new Uint8Array(await new Response(stored.body).arrayBuffer())
  const { sizeBytes, meta } = stored
  return {
    bytes,
    meta: { ...meta, sizeBytes, epoch: ENGINE_EPOCH, origin: 'l2', memory: null, remote },
  }
}

const openWith =
  (remote: RemoteSources, { transform }: Services): OpenSource =>
  (source) =>
    source.kind === 'remote' ? remote.open(source.url) : transform.open(source)
