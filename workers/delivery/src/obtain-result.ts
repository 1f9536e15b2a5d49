import { ApiError, type ErrorKind, type FormatClass, LASTING_REFUSALS, SOURCE_REFUSALS } from '@tintype/core'
import type { Grant } from './access.ts'
import type { Client } from './client.ts'
import { formatEtag } from './etag.ts'
import { canShow, formatClassOf, formatsAimedAt } from './negotiation.ts'
import type { Rendered } from './render-client.ts'
import type { PictureFacts, ResultKey, SubjectFacts } from './result-cache.ts'
import type { Services } from './services.ts'
import type { OpenedSubject, Subject } from './subject.ts'

/** A picture, from the cache or made. */
export interface Result extends Omit<PictureFacts, 'kind' | 'epoch' | 'readAtClock'> {
  readonly kind: 'result'
  readonly body: Uint8Array | ReadableStream<Uint8Array>
  readonly grant: Grant
  readonly cacheStatus: 'HIT' | 'MISS'
}

/** A copy that the client holds is the result it would get; nothing had to be made to know that. */
export interface Unchanged extends Pick<Result, 'etag' | 'access' | 'userTags' | 'grant' | 'remote'> {
  readonly kind: 'unchanged'
}

export type Outcome = Result | Unchanged

/** How long an original that can't be shown is not tried again, and a host that has no picture for us not asked again. */
const REFUSAL_MS = 30_000
const SOURCE_REFUSAL_MS = 10_000

/** null for a failure that may pass. */
function durationOf(kind: ErrorKind): number | null {
  if (LASTING_REFUSALS.has(kind)) return REFUSAL_MS
  return SOURCE_REFUSALS.has(kind) ? SOURCE_REFUSAL_MS : null
}

/** Nobody reads it: what makes it would otherwise go on, and its connection stay open. */
export async function cancelBody({ body }: Pick<Result, 'body'>): Promise<void> {
  if (body instanceof ReadableStream) await body.cancel()
}

const keyOf = ({ cacheScope, programHash }: Subject, formatClass: FormatClass): ResultKey => ({
  cacheScope,
  programHash,
  formatClass,
})

/** @throws ApiError `accessDenied`, or the refusal that was stored */
async function fromCache(
  services: Services,
  subject: Subject,
  formatClass: FormatClass,
): Promise<Result | null> {
  const stored = await services.results.get(keyOf(subject, formatClass))
  if (stored === null) return null
  const { facts } = stored
  const isValid = subject.purges.isStillValid(facts.userTags, facts.readAtClock)
  if (facts.kind === 'refusal') {
    if (subject.isCredentialed || !isValid || facts.expiresAt <= services.now()) return null
    await subject.policy.access.admit(facts.access)
    throw new ApiError(facts.error, facts.detail)
  }
  const { body } = stored as { readonly body: ReadableStream<Uint8Array> }
  // A newer engine's results replace an older one's as soon as this isolate has met one.
  const isOutdated = facts.epoch < (services.renderer.knownEpoch() ?? 0) || isStale(facts, services.now())
  if (isOutdated || !isValid) {
    await body.cancel()
    return null
  }
  try {
    const grant = await subject.policy.access.admit(facts.access)
    return { ...facts, kind: 'result', body, grant, cacheStatus: 'HIT' }
  } catch (refusal) {
    await body.cancel()
    throw refusal
  }
}

/** Whether the host of a picture wants to be asked again. */
const isStale = ({ remote }: PictureFacts, now: number): boolean =>
  remote !== null && remote.freshUntil <= now

/** The copy that the client holds, if it is one of those that would be made now. */
async function findHeld(
  services: Services,
  { program, programHash }: Subject,
  { source, rights }: OpenedSubject,
  { heldEtags }: Client,
  formatClass: FormatClass,
): Promise<string | null> {
  // Which version another host has is known when it was asked.
  if (rights !== undefined || heldEtags === 'any' || heldEtags.length === 0) return null
  const epoch = await services.renderer.epoch()
  for (const format of formatsAimedAt(program.output, formatClass)) {
    const etag = await formatEtag(source, programHash, { epoch, format })
    if (heldEtags.includes(etag)) return etag
  }
  return null
}

/** Render, and remember a refusal that would come again. */
async function render(
  services: Services,
  subject: Subject,
  opened: OpenedSubject,
  formatClass: FormatClass,
  facts: SubjectFacts,
): Promise<Rendered> {
  try {
    const rendered = await renderSince(services, subject, opened, formatClass, [])
    const { remote } = rendered.meta
    if (remote === undefined || subject.purges.isStillValid(remote.tags, remote.readAtClock)) return rendered
    // What the render Worker had stored was purged by a tag that only its host knew.
    await cancelBody(rendered)
    return await renderSince(services, subject, opened, formatClass, remote.tags)
  } catch (error) {
    const refusalMs = error instanceof ApiError ? durationOf(error.kind) : null
    if (error instanceof ApiError && refusalMs !== null && !subject.isCredentialed) {
      const expiresAt = services.now() + refusalMs
      const refusal = {
        ...facts,
        kind: 'refusal',
        error: error.kind,
        detail: error.detail,
        expiresAt,
      } as const
      services.defer(() => services.results.put(keyOf(subject, formatClass), refusal))
    }
    throw error
  }
}

/** Render, from nothing that is older than the last purge of the subject or of these tags. */
function renderSince(
  services: Services,
  { program, author, purges }: Subject,
  { source, rights, parts }: OpenedSubject,
  formatClass: FormatClass,
  userTags: readonly string[],
): Promise<Rendered> {
  const request = { source, program, formatClass, author, ...(parts === undefined ? {} : { parts }) }
  if (rights === undefined) return services.renderer.render(request)
  const remote = { ...rights, clock: purges.clock, generation: purges.lastFor(userTags) }
  return services.renderer.render({ ...request, remote })
}

async function make(
  services: Services,
  subject: Subject,
  client: Client,
  formatClass: FormatClass,
): Promise<Outcome> {
  const opened = await subject.open()
  if (opened === null) throw new ApiError('deliveredImageNotFound')
  const { access, userTags, source } = opened
  const grant = await subject.policy.access.admit(access)

  const held = await findHeld(services, subject, opened, client, formatClass)
  if (held !== null) return { kind: 'unchanged', etag: held, access, userTags, grant, remote: null }

  const about: SubjectFacts = { access, userTags, readAtClock: subject.purges.clock }
  const { meta, body } = await render(services, subject, opened, formatClass, about)
  const { format, sizeBytes, epoch, warnings, remote = null } = meta
  const etag = await formatEtag(source, subject.programHash, meta)
  const facts: PictureFacts = {
    ...{ ...about, userTags: [...userTags, ...(remote?.tags ?? [])] },
    ...{ kind: 'picture', etag, format, sizeBytes, epoch, warnings, remote },
  }
  if (body instanceof Uint8Array && (remote === null || isWorthKeeping(facts, services.now()))) {
    services.defer(() => services.results.put(keyOf(subject, formatClass), facts, body))
  }
  return { ...facts, kind: 'result', body, grant, cacheStatus: 'MISS' }
}

const isWorthKeeping = (facts: PictureFacts, now: number): boolean =>
  facts.remote?.isStorable === true && !isStale(facts, now)

async function obtainFor(
  services: Services,
  subject: Subject,
  client: Client,
  formatClass: FormatClass,
): Promise<Outcome> {
  const stored = await fromCache(services, subject, formatClass)
  if (stored !== null) return stored
  await services.crowd.yieldIfLarge()
  return make(services, subject, client, formatClass)
}

/**
 * The result for a client: from the cache while it is valid, else made from the original.
 * @throws ApiError `accessDenied` before anything of the original is known to the caller, `deliveredImageNotFound`
 */
export async function obtainResult(services: Services, subject: Subject, client: Client): Promise<Outcome> {
  const { output } = subject.program
  const outcome = await obtainFor(services, subject, client, formatClassOf(output, client.accept))
  if (outcome.kind === 'unchanged' || canShow(output, client.accept, outcome.format)) return outcome
  await cancelBody(outcome)
  return obtainFor(services, subject, client, 'base')
}
