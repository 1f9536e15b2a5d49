import { ApiError } from '@tintype/core'
import { answerCall } from './answer-call.ts'
import type { Env } from './env.ts'
import { errorResponse } from './response-headers.ts'
import { createServices } from './services.ts'

/** A call says little; pictures come as a body of their own. */
const MAX_CALL_CHARACTERS = 256 * 1024
const CREDENTIALS = ['authorization', 'x-auth-email', 'x-auth-key']

/**
 * `POST /client/v4/accounts/<account id>/images/transform`: the call as JSON, for those who have a token and no binding. A body
 * of another type is the picture itself, and the call, without its source, is the query parameter `request`.
 */
export async function transformByHttp(
  request: Request,
  accountId: string,
  env: Env,
  context: Pick<ExecutionContext, 'waitUntil'>,
): Promise<Response> {
  const grant = await env.API.authorizeTransform(credentialsOf(request.headers), accountId)
  if (!grant.ok) return grant.refusal
  try {
    return await answerCall(createServices(env, context), await readCall(request), grant.accountHash)
  } catch (error) {
    if (error instanceof ApiError) return errorResponse(error)
    throw error
  }
}

function credentialsOf(headers: Headers): Record<string, string> {
  const given = CREDENTIALS.map((name) => [name, headers.get(name)] as const)
  return Object.fromEntries(given.filter((pair): pair is [string, string] => pair[1] !== null))
}

async function readCall(request: Request): Promise<unknown> {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type === 'application/json') return parse(await readText(request))
  const call = parse(new URL(request.url).searchParams.get('request') ?? '')
  const bytes = request.body
  if (bytes === null || typeof call !== 'object') {
    throw new ApiError('invalidOptions', 'there is neither a JSON call nor a picture in the body')
  }
  return { ...call, source: { bytes } }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ApiError('invalidOptions', 'the call is no JSON')
  }
}

async function readText({ body }: Request): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true })
    if (text.length > MAX_CALL_CHARACTERS) throw new ApiError('invalidOptions', 'the call is too long')
  }
  return text + decoder.decode()
}
