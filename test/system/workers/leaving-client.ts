interface Env {
  readonly RENDER: { fetch(request: Request): Promise<Response> }
}

/** Posts the same render job many times and leaves before the answers come; says how many it left. */
export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const body = await request.text()
    const { times, afterMs } = Object.fromEntries(new URL(request.url).searchParams)
    const left = await Promise.all(
      Array.from({ length: Number(times) }, async (_, i) => {
        const leaving = new AbortController()
        setTimeout(() => leaving.abort(), Number(afterMs) + i)
        const post = new Request('http://render/', { method: 'POST', body, signal: leaving.signal })
        return env.RENDER.fetch(post).then(
          () => 0,
          () => 1,
        )
      }),
    )
    return new Response(String(left.reduce<number>((sum, one) => sum + one, 0)))
  },
}
