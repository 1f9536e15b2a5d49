import { type ApiError, ERRORS, parseRenderJob, RENDER_HEADERS, toApiError } from '@tintype/core'
import type { JobMemory } from '@tintype/transform'
import { type Rendered, render } from './render.ts'
import { createServices, type Env, type Services } from './services.ts'

/** A render job as JSON in, encoded bytes out. Other Workers call it by service binding; it has no route. */
export default {
  async fetch(request, env, context) {
    try {
      if (request.method !== 'POST')
        return new Response('POST a render job', { status: 405, headers: { allow: 'POST' } })
      const services = createServices(env)
      const job = parseRenderJob(await request.text())
      // The work outlives a client that leaves: its result is wanted in L2 anyway.
      const work = render(job, services, (promise) => context.waitUntil(promise))
      context.waitUntil(work.catch(() => {}))
      return answer(await work, services)
    } catch (error) {
      return refuse(error)
    }
  },
} satisfies ExportedHandler<Env>

const answer = ({ body, sizeBytes, mime, warning, origin, memory }: Rendered, services: Services): Response =>
  new Response(body, {
    headers: {
      'content-type': mime,
      'content-length': String(sizeBytes),
      [RENDER_HEADERS.origin]: origin,
      ...(warning === null ? {} : { [RENDER_HEADERS.warning]: warning }),
      ...(memory === null ? {} : { [RENDER_HEADERS.memory]: describeMemory(memory, services) }),
    },
  })

/** As `priced=…;peak=…;reserved=…`, bytes. */
function describeMemory({ pricedBytes, peakBytes }: JobMemory, { transform }: Services): string {
  return `priced=${pricedBytes};peak=${peakBytes};reserved=${transform.governor.usage().mostReservedBytes}`
}

const RETRY_AFTER_SECONDS = 5

/** The kind in a header, the detail for the caller as the body. Causes go to the log, never out. */
function refuse(error: unknown): Response {
  const known = toApiError(error, 'deliveryInternal')
  if (known.cause !== undefined) console.error(known.kind, known.cause)
  return new Response(detailOf(known), {
    status: ERRORS[known.kind].status,
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      [RENDER_HEADERS.error]: known.kind,
      ...(known.kind === 'overloaded' ? { 'retry-after': String(RETRY_AFTER_SECONDS) } : {}),
    },
  })
}

/** What an error says beyond the sentence of its kind, which its reader will put in front again. */
const detailOf = ({ kind, message }: ApiError): string => message.slice(ERRORS[kind].message.length + 2)
