import { Agent } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import sharp from 'sharp'
import { type Client, createClient, imageForm, type TestAccount } from '../test/support/client.ts'
import type { HttpCase } from './http-cases.ts'
import { type Effort, repeat, summarise } from './measure.ts'
import {
  averageUsage,
  type ProcessUsage,
  readOwnUsage,
  readProcessUsage,
  subtractUsage,
  sumUsage,
} from './process-usage.ts'
import type { Server } from './servers.ts'
import { sendTimed, type TimedAnswer } from './timed-request.ts'

/** What was found out about one case over HTTP. */
export interface MeasuredHttp {
  readonly rounds: number
  /** First request of a variant that was never asked for. */
  readonly cold: Effort
  /** The same request again, from the cache in front. */
  readonly hit: Effort
  readonly sharp: Effort
  readonly bytes: { readonly ours: number; readonly sharp: number }
}

const WARM_UP_ROUNDS = 4
const LEAST_ROUNDS = 3
/** What the server still does after an answer (filing it in its stores) must not run into the other side's turn. */
const SETTLE_MS = 40
/** Above every picture's height: bounds that differ and never take effect make variants that differ, and work that does not. */
const FIRST_HEIGHT = 5000

/** Run a case against a server, in an account of its own; a variant has to be new each time, and an account has 100. */
export async function measureHttp(
  server: Server,
  httpCase: HttpCase,
  { mostRounds, roundsMs }: { readonly mostRounds: number; readonly roundsMs: number },
): Promise<MeasuredHttp> {
  const source = await httpCase.readSource()
  const client = createClient(`http://127.0.0.1:${server.port}`, server.adminToken)
  const account = await client.createAccount(`bench-${httpCase.id}`)
  const imageId = await upload(client, account, source)
  const variants = await createVariants(client, account, httpCase.width, WARM_UP_ROUNDS + mostRounds)
  const agent = new Agent({ keepAlive: true })
  const usageOfServer = () => sumUsage(server.pids.map(readProcessUsage)) ?? NOTHING

  const cold = createSide(usageOfServer)
  const hit = createSide(usageOfServer)
  const theirs = createSide(readOwnUsage)
  const deliver = async (variant: string, status: 'MISS' | 'HIT') => {
    const answer = await sendTimed({
      agent,
      port: server.port,
      method: 'GET',
      path: `/${account.accountHash}/${imageId}/${variant}`,
      headers: { accept: httpCase.accept },
    })
    requireAnswer(answer, httpCase.mediaType, status)
    return answer
  }
  let bytes = { ours: 0, sharp: 0 }
  const runOurs = async (variant: string) => {
    const first = await cold.run(() => deliver(variant, 'MISS'))
    await hit.run(() => deliver(variant, 'HIT'))
    bytes = { ...bytes, ours: first.body.length }
  }
  const runSharp = async () => {
    const { length } = await theirs.run(async () => {
      const since = performance.now()
      const body = await httpCase.encode(sharp(source).resize(httpCase.width)).toBuffer()
      return { ms: performance.now() - since, length: body.length }
    })
    bytes = { ...bytes, sharp: length }
  }
  const round = async (at: number) => {
    const variant = variants[at] as string
    if (at % 2 === 0) await runOurs(variant)
    await runSharp()
    if (at % 2 === 1) await runOurs(variant)
  }
  try {
    for (let at = 0; at < WARM_UP_ROUNDS; at++) await round(at)
    for (const side of [cold, hit, theirs]) side.forget()
    await repeat(mostRounds, roundsMs, LEAST_ROUNDS, (at) => round(WARM_UP_ROUNDS + at))
  } finally {
    agent.destroy()
  }
  return { rounds: cold.rounds(), cold: cold.effort(), hit: hit.effort(), sharp: theirs.effort(), bytes }
}

const NOTHING: ProcessUsage = { userMs: 0, systemMs: 0, pageFaults: 0 }

/** Runs of one kind: their durations, and what they and the work they left behind took of the processes that do it. */
function createSide(readUsage: () => ProcessUsage) {
  const durations: number[] = []
  const used: ProcessUsage[] = []
  return {
    async run<T extends { readonly ms: number }>(work: () => Promise<T>): Promise<T> {
      const before = readUsage()
      const done = await work()
      await sleep(SETTLE_MS)
      durations.push(done.ms)
      used.push(subtractUsage(readUsage(), before))
      return done
    },
    forget() {
      durations.length = used.length = 0
    },
    rounds: () => durations.length,
    effort: (): Effort => ({ ...summarise(durations), usage: averageUsage(used) }),
  }
}

/** @throws Error when something else was measured than was meant */
function requireAnswer({ status, headers, body }: TimedAnswer, mediaType: string, cacheStatus: string): void {
  const seen = `${status} ${headers['content-type']} ${headers['cf-cache-status']}`
  if (seen !== `200 ${mediaType} ${cacheStatus}`)
    throw new Error(`Expected 200 ${mediaType} ${cacheStatus}, got ${seen}: ${body.subarray(0, 200)}`)
}

async function upload(client: Client, account: TestAccount, source: Uint8Array): Promise<string> {
  const answer = await client.api(
    account,
    'POST',
    `/accounts/${account.accountId}/images/v1`,
    imageForm(source),
  )
  if (!answer.body.success) throw new Error(`The source was refused: ${JSON.stringify(answer.body.errors)}`)
  return answer.body.result.id as string
}

async function createVariants(
  client: Client,
  account: TestAccount,
  width: number,
  count: number,
): Promise<string[]> {
  const names = Array.from({ length: count }, (_, at) => `bench${at}`)
  for (const [at, id] of names.entries()) {
    const options = { fit: 'scale-down', metadata: 'none', width, height: FIRST_HEIGHT + at }
    const path = `/accounts/${account.accountId}/images/v1/variants`
    const { body } = await client.api(account, 'POST', path, { id, options })
    if (!body.success) throw new Error(`A variant was refused: ${JSON.stringify(body.errors)}`)
  }
  return names
}
