import type { EdgeDocument, RenderService } from '@tintype/core'

/** What another Worker answers over a service binding. */
export interface Service {
  fetch(request: Request): Promise<Response>
}

/** The API Worker: REST and uploads by `fetch`, the authority on an account by a call. */
export interface ApiService extends Service {
  /** The account's current edge document, straight from its authority; null when there is no such account. */
  edgeDocument(accountHash: string): Promise<EdgeDocument | null>
  /** Hash of the account whose zone answers for a host name; null while there are no accounts. */
  accountHashOfHost(hostname: string): Promise<string | null>
  /** Whether credentials may read the account of this id, as it stands in a path; if not, the answer that says so. */
  authorizeTransform(
    headers: Readonly<Record<string, string>>,
    pathAccountId: string,
  ): Promise<
    { readonly ok: true; readonly accountHash: string } | { readonly ok: false; readonly refusal: Response }
  >
}

/** The bindings of this Worker, as the root wrangler.toml declares them. */
export interface Env {
  readonly EDGE: KVNamespace
  readonly BUCKET: R2Bucket
  readonly RENDER: RenderService
  readonly API: ApiService
  readonly EDGE_MEMO_SECONDS: string
  /** The playground, where it is bound: `pnpm dev` does, no deployment by itself. */
  readonly PLAYGROUND?: Service
}

const HOW_TO_CREATE = {
  EDGE: 'a [[kv_namespaces]] entry',
  BUCKET: 'an [[r2_buckets]] entry',
  RENDER: 'a [[services]] entry for the render Worker',
  API: 'a [[services]] entry for the API Worker',
  EDGE_MEMO_SECONDS: 'a line under [vars]',
} as const satisfies Record<Exclude<keyof Env, 'PLAYGROUND'>, string>

/** @throws Error naming the first binding that is missing, and what in wrangler.toml makes it */
export function requireBindings(env: Partial<Env>): asserts env is Env {
  for (const [name, creation] of Object.entries(HOW_TO_CREATE)) {
    if (env[name as keyof Env] === undefined) {
      throw new Error(`The delivery Worker has no binding "${name}": add ${creation} to wrangler.toml.`)
    }
  }
}

/** @throws Error unless the text is a whole number of seconds, 0 or more */
export function parseMemoSeconds(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text)
  throw new Error(
    'EDGE_MEMO_SECONDS in wrangler.toml must be a whole number of seconds; 0 turns the memo off.',
  )
}
