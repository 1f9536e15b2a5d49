import { WorkerEntrypoint } from 'cloudflare:workers'
import type { EdgeDocument } from '@tintype/core'
import { app } from './app.ts'
import { authorizeTransform, type TransformGrant } from './authorize-transform.ts'
import { createServices, type Env } from './services.ts'

export {
  AccountObject as Account,
  ImageShardObject as ImageShard,
  RegistryObject as Registry,
} from '@tintype/storage'

/** The REST API by HTTP, and by RPC what delivery asks of the authority. */
export default class ApiWorker extends WorkerEntrypoint<Env> {
  override fetch(request: Request): Response | Promise<Response> {
    return app.fetch(request, this.env, this.ctx)
  }

  /** Hash of the account whose zone answers for a host name; null while there are no accounts. */
  async accountHashOfHost(hostname: string): Promise<string | null> {
    return (await createServices(this.env).registry.byHost(hostname))?.accountHash ?? null
  }

  /** The newest edge document, straight from the authority; null for a hash that nobody has. */
  async edgeDocument(accountHash: string): Promise<EdgeDocument | null> {
    const { registry, authority } = createServices(this.env)
    const identity = await registry.byHash(accountHash)
    if (identity === null) return null
    // What came by RPC carries a disposer. Handed on with it, both calls would stay open until the caller's isolate
    // collects its garbage.
    return structuredClone(await authority(identity.accountId).edgeDocument())
  }

  /** Whether the credentials of a transformation by HTTP may read the account. @param headers those that carry them */
  async authorizeTransform(
    headers: Readonly<Record<string, string>>,
    pathAccountId: string,
  ): Promise<TransformGrant> {
    return authorizeTransform(new Headers(headers), pathAccountId, createServices(this.env))
  }
}
