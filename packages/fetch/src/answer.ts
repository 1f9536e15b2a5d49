/**
 * A failure in the form that every failed transformation has, so that one test of a caller covers them all.
 * @param code as in the list of delivery errors
 */
export const failure = (
  status: number,
  code: number,
  reason: string,
  headers: HeadersInit = {},
): Response => {
  const response = new Response(`ERROR ${code}: ${reason}\n`, { status, headers })
  response.headers.set('cf-resized', `err=${code}`)
  response.headers.set('content-type', 'text/plain; charset=utf-8')
  response.headers.set('cache-control', 'no-store')
  return response
}

/**
 * A response as `fetch` gives it: with the URL that was asked for, and `redirected` where the documented test for success
 * (`ok || redirected`) is to let a 304 pass.
 */
export const asFetched = (response: Response, url: string): Response =>
  Object.defineProperties(response, {
    url: { value: url, configurable: true },
    redirected: { value: response.status === 304, configurable: true },
  })
