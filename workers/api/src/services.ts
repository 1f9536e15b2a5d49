import {
  type AccountAuthority,
  type AccountRegistry,
  ApiError,
  type BlobStore,
  type EdgeDocuments,
  type ImageIndex,
  type RenderService,
  type Timers,
} from '@tintype/core'
import {
  durableAccountAuthority,
  durableAccountRegistry,
  durableImageIndex,
  kvEdgeDocuments,
  r2BlobStore,
} from '@tintype/storage'
import * as z from 'zod'
import { type AccountDirectory, createAccountDirectory } from './account-directory.ts'
import { createUploadPlaces, ISOLATE_PLACES, type UploadPlaces } from './ingest/upload-places.ts'

/** What wrangler.toml binds for this Worker. */
export interface Env {
  readonly BUCKET: R2Bucket
  readonly EDGE: KVNamespace
  readonly ACCOUNTS: DurableObjectNamespace
  readonly IMAGES: DurableObjectNamespace
  readonly REGISTRY: DurableObjectNamespace
  readonly RENDER: RenderService
  readonly PUBLISH_INTERVAL_MS: string
  /** Secret of the administrator's routes. wrangler.toml requires it; where it is missing all the same, they are closed. */
  readonly ADMIN_TOKEN?: string
  /** Origin of delivery URLs, when it is not the host that the API was called on. */
  readonly DELIVERY_BASE_URL?: string
}

export interface Services {
  readonly registry: AccountRegistry
  /** Asked before {@link authority} or {@link images} about an id that came from outside. */
  readonly accounts: AccountDirectory
  readonly blobs: BlobStore
  readonly edge: EdgeDocuments
  authority(accountId: string): AccountAuthority
  images(accountId: string): ImageIndex
  readonly render: RenderService
  readonly uploadPlaces: UploadPlaces
  readonly timers: Timers
  readonly adminToken: string | null
  readonly deliveryBaseUrl: string | null
}

const timers: Timers = {
  now: () => Date.now(),
  wait: (ms, signal) => scheduler.wait(ms, signal === undefined ? {} : { signal }),
}
/** One for all requests of this isolate: they share its memory. */
const uploadPlaces = createUploadPlaces(ISOLATE_PLACES, timers)

const BINDINGS = {
  BUCKET: 'an [[r2_buckets]] entry',
  EDGE: 'a [[kv_namespaces]] entry',
  ACCOUNTS: 'a Durable Object binding to class Account',
  IMAGES: 'a Durable Object binding to class ImageShard',
  REGISTRY: 'a Durable Object binding to class Registry',
  RENDER: 'a [[services]] entry for the render Worker',
} as const

const VARS = z.object({
  ADMIN_TOKEN: z.string().min(20).optional(),
  DELIVERY_BASE_URL: z.url().optional(),
})

/** What an isolate remembers lives as long as its environment does. */
const directories = new WeakMap<Env, AccountDirectory>()

function directoryOf(env: Env): AccountDirectory {
  const existing = directories.get(env)
  if (existing !== undefined) return existing
  const directory = createAccountDirectory(
    kvEdgeDocuments(env.EDGE),
    () => durableAccountRegistry(env.REGISTRY),
    timers,
  )
  directories.set(env, directory)
  return directory
}

/** The only reader of `Env`. @throws ApiError `internal` whose cause says what is missing and how to add it */
export function createServices(env: Env): Services {
  for (const [name, remedy] of Object.entries(BINDINGS)) {
    if (env[name as keyof Env] === undefined) {
      const cause = new Error(
        `The binding ${name} is missing: add ${remedy} named ${name} to workers/api/wrangler.toml`,
      )
      throw new ApiError('internal', undefined, { cause })
    }
  }
  const vars = VARS.safeParse(env)
  if (!vars.success) {
    const cause = new Error(`Variables of the API Worker are not valid: ${z.prettifyError(vars.error)}`)
    throw new ApiError('internal', undefined, { cause })
  }
  return {
    registry: durableAccountRegistry(env.REGISTRY),
    accounts: directoryOf(env),
    blobs: r2BlobStore(env.BUCKET),
    edge: kvEdgeDocuments(env.EDGE),
    authority: (accountId) => durableAccountAuthority(env.ACCOUNTS, accountId),
    images: (accountId) => durableImageIndex(env.IMAGES, accountId),
    render: env.RENDER,
    uploadPlaces,
    timers,
    adminToken: vars.data.ADMIN_TOKEN ?? null,
    deliveryBaseUrl: vars.data.DELIVERY_BASE_URL ?? null,
  }
}
