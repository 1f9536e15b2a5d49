import { toApiError } from '@tintype/core'
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import type { ApiEnv } from '../api-env.ts'
import type { Services } from '../services.ts'
import { imageRoutes } from './images.ts'

/** The routes of an account whose authority has no identity, and what they asked of its images. */
function bench() {
  const asked: string[] = []
  const services = {
    authority: () => ({ identity: async () => null, listVariants: async () => [] }),
    images: () => ({
      async createTicket() {
        asked.push('ticket')
        return 'created'
      },
      async reserve() {
        asked.push('reservation')
        return 'reserved'
      },
    }),
    timers: { now: () => 0, wait: async () => {} },
    deliveryBaseUrl: null,
  } as unknown as Services
  const app = new Hono<ApiEnv>()
    .use(async (c, next) => {
      c.set('services', services)
      await next()
    })
    .route('/:accountId/images', imageRoutes)
  app.onError((error, c) => c.text(toApiError(error).kind, 403))
  return { app, asked }
}

describe('an account without an identity', () => {
  it.each([
    ['/a/images/v2/direct_upload', {}],
    ['/a/images/v1/direct_upload', { body: '{}', headers: { 'content-type': 'application/json' } }],
    ['/a/images/v1', { body: 'x', headers: { 'content-type': 'multipart/form-data; boundary=b' } }],
  ])('is told so at %s before anything is made', async (path, init) => {
    const { app, asked } = bench()
    const response = await app.request(path, { method: 'POST', ...init })
    expect(await response.text()).toBe('insufficientRights')
    expect(asked).toEqual([])
  })
})
