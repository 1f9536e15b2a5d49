import type { Context } from 'hono'
import type { Env, Services } from './services.ts'

/** What hono carries through a request of this Worker. */
export interface ApiEnv {
  Bindings: Env
  Variables: { services: Services }
}

export type ApiContext = Context<ApiEnv>
