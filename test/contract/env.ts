import { env } from 'cloudflare:workers'

/** Bindings of the contract project in vitest.config.ts. */
interface ContractEnv {
  readonly BUCKET: R2Bucket
  readonly EDGE: KVNamespace
  readonly ACCOUNTS: DurableObjectNamespace
  readonly IMAGES: DurableObjectNamespace
  readonly REGISTRY: DurableObjectNamespace
}

export const bindings = env as unknown as ContractEnv
let counter = 0
/** An account id nobody else in this file uses. */
export const freshAccountId = (): string => (++counter).toString(16).padStart(32, '0')
