import { WorkerEntrypoint } from 'cloudflare:workers'
import type { TransformService as Contract, TransformRequest } from '@tintype/fetch'
import { answerCall } from './answer-call.ts'
import type { Env } from './env.ts'
import { createServices } from './services.ts'

/**
 * Transformed pictures for other Workers of the same account, which bind it as a service. Who can bind it is trusted to
 * name any zone of this Tintype.
 */
export class TransformService extends WorkerEntrypoint<Env> implements Contract {
  transform(request: TransformRequest): Promise<Response> {
    return answerCall(createServices(this.env, this.ctx), request, null)
  }
}
