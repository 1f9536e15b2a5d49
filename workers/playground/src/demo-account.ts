import { type DevSession, type Env, openDevSession } from './env.ts'
import { isFromOwnPage } from './own-page.ts'

/** How many of the newest images the page offers. */
const SHOWN_IMAGES = 30

const refusal = (status: number, message: string): Response => Response.json({ message }, { status })

type Call = (session: DevSession, request: Request) => Request

/** What the page may do in the name of the demo account: list its images, upload one, and allow option lists for them. */
const CALLS: Readonly<Record<string, Call>> = {
  'GET /playground/images': (session, { url }) => listRequest(session, url),
  'POST /playground/images': (session, request) => uploadRequest(session, request),
  'POST /playground/flexible-variants': (session, { url }) => flexibleVariantsRequest(session, url),
}

export const isDemoAccountPath = (pathname: string): boolean =>
  Object.keys(CALLS).some((call) => call.endsWith(` ${pathname}`))

/** A call of the page, with the demo account's token, which the page never has. */
export async function callDemoAccount(env: Env, request: Request): Promise<Response> {
  if (!isFromOwnPage(request)) return refusal(403, 'Only the playground itself may call this')
  const call = CALLS[`${request.method} ${new URL(request.url).pathname}`]
  if (call === undefined) return refusal(405, 'This is not what the playground does')
  const session = await openDevSession(env)
  if (session === null) return refusal(404, 'There is no demo account here')
  return env.API.fetch(call(session, request))
}

const imagesUrl = ({ accountId }: DevSession, base: string): URL =>
  new URL(`/client/v4/accounts/${accountId}/images/v1`, base)

function listRequest(session: DevSession, base: string): Request {
  const url = imagesUrl(session, base)
  url.searchParams.set('per_page', String(SHOWN_IMAGES))
  return new Request(url, { headers: { authorization: `Bearer ${session.apiToken}` } })
}

function flexibleVariantsRequest(session: DevSession, base: string): Request {
  const url = imagesUrl(session, base)
  url.pathname += '/config'
  return new Request(url, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${session.apiToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ flexible_variants: true }),
  })
}

/** The form as it arrives; of its headers only those that describe it. */
function uploadRequest(session: DevSession, { url, body, headers: given }: Request): Request {
  const headers = new Headers({ authorization: `Bearer ${session.apiToken}` })
  for (const name of ['content-type', 'content-length']) {
    const value = given.get(name)
    if (value !== null) headers.set(name, value)
  }
  return new Request(imagesUrl(session, url), { method: 'POST', headers, body })
}
