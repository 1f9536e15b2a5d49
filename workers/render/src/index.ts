import { WorkerEntrypoint } from 'cloudflare:workers'
import {
  ENGINE_EPOCH,
  type RenderRefusal,
  type RenderRequest,
  type RenderResult,
  type RenderService,
  SOURCE_REFUSALS,
  type SourceRef,
  toApiError,
  type Verdict,
} from '@tintype/core'
import { renderResult } from './render-result.ts'
import { createServices, type Env } from './services.ts'
import { verifyOriginal } from './verify-original.ts'

const RETRY_AFTER_SECONDS = 5

/** Source and program in, encoded bytes out. Other Workers call it over a service binding; it has no route. */
export default class RenderWorker extends WorkerEntrypoint<Env> implements RenderService {
  async render(request: RenderRequest, isWanted: () => unknown = () => true): Promise<RenderResult> {
    try {
      const services = createServices(this.env, this.ctx)
      return { ok: true, ...(await renderResult(request, isWanted, services)) }
    } catch (error) {
      return refusalOf(error)
    }
  }

  async verify(source: SourceRef, missesEnd = false): Promise<Verdict> {
    return verifyOriginal({ source, missesEnd }, createServices(this.env, this.ctx))
  }

  async engine(): Promise<{ readonly epoch: number }> {
    return { epoch: ENGINE_EPOCH }
  }
}

/** Causes go to the log, never out. */
function refusalOf(error: unknown): RenderRefusal {
  const { kind, detail, cause } = toApiError(error, 'deliveryInternal')
  if (cause !== undefined && !SOURCE_REFUSALS.has(kind)) console.error(kind, cause)
  return {
    ...{ ok: false, kind, detail },
    ...(kind === 'overloaded' ? { retryAfterSeconds: RETRY_AFTER_SECONDS } : {}),
  }
}
