import * as z from 'zod'
import type { SourceFacts } from './image.ts'
import type { FormatClass, Recipe } from './recipe.ts'

/** What the render Worker is asked to do: one original, one recipe, one class of client. */
export interface RenderJob {
  readonly accountId: string
  readonly blobKey: string
  readonly source: SourceFacts
  readonly recipe: Recipe
  readonly formatClass: FormatClass
}

/** Built when it is needed: the delivery Worker only writes jobs, and must not carry a parser. */
const createSchema = () =>
  z.object({
    accountId: z.string(),
    blobKey: z.string(),
    source: z.object({
      format: z.enum(['jpeg', 'png', 'webp', 'avif', 'gif', 'svg', 'heic']),
      sizeBytes: z.int(),
      width: z.int(),
      height: z.int(),
      orientation: z.int().min(1).max(8),
      hasAlpha: z.boolean(),
      animated: z.boolean(),
    }),
    recipe: z.object({
      fit: z.enum(['scale-down', 'contain', 'cover', 'crop', 'pad']),
      width: z.int().optional(),
      height: z.int().optional(),
      metadata: z.enum(['keep', 'copyright', 'none']),
      quality: z.int().min(1).max(100),
    }),
    formatClass: z.enum(['avif', 'webp', 'base']),
  })

/** A job from the text that {@link formatRenderJob} made. Internal traffic: a throw here is a fault of ours. */
export const parseRenderJob = (text: string): RenderJob => createSchema().parse(JSON.parse(text)) as RenderJob
export const formatRenderJob = (job: RenderJob): string => JSON.stringify(job)

/** Headers by which the render Worker describes its answer to the Worker that asked. */
export const RENDER_HEADERS = {
  /** `l2` or `computed`. */
  origin: 'x-tintype-origin',
  /** Text for a `warning` header, when something was given up. */
  warning: 'x-tintype-warning',
  /** An ErrorKind, on an answer of status ≥ 400; the body is the detail for the caller. */
  error: 'x-tintype-error',
  /** On a computed answer, bytes: what the job was priced at, what it took, and the most its isolate ever reserved. */
  memory: 'x-tintype-memory',
} as const

/** Changes when the same blob and recipe would give other pixels or bytes: a part of result keys and of etags. */
export const ENGINE_EPOCH = 2
