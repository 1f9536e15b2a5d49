import type { RenderRequest, RenderResult, RenderService, SourceRef } from '../../packages/core/src/index.ts'

interface Env {
  readonly RENDER: RenderService
}

/** Header of an answer that carries a RenderResult as JSON, without its body. */
const RESULT_HEADER = 'x-render-result'

/**
 * Calls the render Worker for tests, which live in Node: `POST /<method>` with the argument as JSON. A result's body is
 * the answer's body.
 */
export default {
  async fetch(request: Request, { RENDER }: Env): Promise<Response> {
    const { pathname } = new URL(request.url)
    if (pathname === '/verify') {
      return Response.json(await RENDER.verify((await request.json()) as SourceRef))
    }
    const result = await RENDER.render((await request.json()) as RenderRequest)
    const body = result.ok ? result.body : null
    return new Response(body, {
      headers: { [RESULT_HEADER]: encodeURIComponent(JSON.stringify(told(result))) },
    })
  },
}

const told = (result: RenderResult): object => (result.ok ? { ok: true, meta: result.meta } : result)
