import { PAGE } from '../build/page.ts'
import { callDemoAccount, isDemoAccountPath } from './demo-account.ts'
import { type Env, openDevSession } from './env.ts'

/** Nothing is loaded from elsewhere, nothing inline runs, and nobody frames it. Pictures are shown from memory (`blob:`). */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const HEADERS = {
  'cache-control': 'no-cache',
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const

const file = (text: string, type: string): Response =>
  new Response(text, { headers: { ...HEADERS, 'content-type': `${type}; charset=utf-8` } })

const notFound = (): Response => new Response('ERROR 9431: Not found', { status: 404, headers: HEADERS })

/** What the page may know of where it runs: no token. */
async function describeSession(env: Env): Promise<Response> {
  const session = await openDevSession(env)
  return Response.json(
    {
      accountHash: session?.accountHash ?? null,
      demoPictures: session?.demoPictures ?? [],
      hasAccount: session !== null,
    },
    { headers: HEADERS },
  )
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    if (env.PLAYGROUND !== 'on') return notFound()
    const { pathname } = new URL(request.url)
    if (isDemoAccountPath(pathname)) return callDemoAccount(env, request)
    if (request.method !== 'GET' && request.method !== 'HEAD') return notFound()
    switch (pathname) {
      case '/playground':
      case '/playground/':
        return file(PAGE.html, 'text/html')
      case '/playground/page.css':
        return file(PAGE.css, 'text/css')
      case '/playground/page.js':
        return file(PAGE.js, 'text/javascript')
      case '/playground/session':
        return describeSession(env)
      default:
        return notFound()
    }
  },
}
