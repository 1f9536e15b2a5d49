import type { HttpService, TransformRequest } from './transform-service.ts'

type PlainFetch = (input: string, init: RequestInit) => Promise<Response>

/**
 * Ask a Tintype over HTTP. A refused token is answered as the API answers it, without `cf-resized`.
 * @throws TypeError when the host cannot be reached; what `signal` was aborted with
 */
export async function transformOverHttp(
  { baseUrl, accountId, apiToken }: HttpService,
  request: TransformRequest,
  plainFetch: PlainFetch,
  signal: AbortSignal | null,
): Promise<Response> {
  const base = baseUrl.endsWith('/') ? baseUrl.slice(0, -1) : baseUrl
  const url = `${base}/client/v4/accounts/${accountId}/images/transform`
  // The answer to a POST has a body, and its length is the body's: a HEAD is asked as a GET, and its body left.
  const response = await plainFetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...request, method: 'GET' }),
    redirect: 'manual',
    ...(signal === null ? {} : { signal }),
  })
  if (request.method === 'GET') return response
  await response.body?.cancel()
  return new Response(null, response)
}
