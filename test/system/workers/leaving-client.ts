interface Env {
  readonly RENDER: { fetch(request: Request): Promise<Response> }
}

/** Posts a render job many times, each time one pixel wider, and leaves before the answers come; says how many it left. */
export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const job: { recipe: { width: number } } = await request.json()
    const { times, afterMs } = Object.fromEntries(new URL(request.url).searchParams)
    const left = await Promise.all(
      Array.from({ length: Number(times) }, async (_, i) => {
        const recipe = { ...job.recipe, width: job.recipe.width + i }
        const body = JSON.stringify({ ...job, recipe })
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
