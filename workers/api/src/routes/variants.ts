import {
  ApiError,
  type JsonObject,
  parseVariant,
  parseVariantName,
  patchVariant,
  type Variant,
} from '@tintype/core'
import { Hono } from 'hono'
import type { ApiContext, ApiEnv } from '../api-env.ts'
import { success } from '../envelope.ts'
import { readJsonObject } from '../read-body.ts'

const authorityOf = (c: ApiContext) => c.get('services').authority(c.req.param('accountId') as string)

/** The variant that the path names. @throws ApiError `variantNotFound` */
async function findVariant(c: ApiContext): Promise<Variant> {
  const variant = await authorityOf(c).getVariant(c.req.param('variant') as string)
  if (variant === null) throw new ApiError('variantNotFound')
  return variant
}

/** `/accounts/:accountId/images/v1/variants`. Rule: docs/parity.md#variants. */
export const variantRoutes = new Hono<ApiEnv>()
  .get('/', async (c) => {
    const variants = await authorityOf(c).listVariants()
    return c.json(success({ variants: Object.fromEntries(variants.map((variant) => [variant.id, variant])) }))
  })
  .post('/', async (c) => {
    const variant = parseVariant(await readJsonObject(c.req.raw))
    const answer = await authorityOf(c).createVariant(variant)
    if (answer === 'exists') throw new ApiError('alreadyExists', 'a variant with this id')
    if (answer === 'limit') throw new ApiError('limitReached', 'an account has at most 100 variants')
    return c.json(success({ variant }))
  })
  .get('/:variant', async (c) => c.json(success({ variant: await findVariant(c) })))
  .get('/:variant/flat', async (c) => c.json(success(await findVariant(c))))
  .patch('/:variant', async (c) => {
    const body: JsonObject = await readJsonObject(c.req.raw)
    for (;;) {
      const before = await findVariant(c)
      const variant = patchVariant(before, body)
      if (await authorityOf(c).replaceVariant(before, variant)) return c.json(success({ variant }))
      // Another change came between: merge into what it left.
    }
  })
  .delete('/:variant', async (c) => {
    const name = parseVariantNameOrMissing(c.req.param('variant'))
    if (!(await authorityOf(c).deleteVariant(name))) throw new ApiError('variantNotFound')
    return c.json(success({}))
  })

/** A name that no variant can have is simply not found. */
function parseVariantNameOrMissing(name: string): string {
  try {
    return parseVariantName(name)
  } catch {
    throw new ApiError('variantNotFound')
  }
}
