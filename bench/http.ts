/** `pnpm bench:http`: cold deliveries over HTTP against sharp on one thread. See README.md beside this file. */
import { parseArgs } from 'node:util'
import sharp from 'sharp'
import { formatMs, formatTable, left, right } from './format-table.ts'
import { HTTP_CASES, type HttpCase } from './http-cases.ts'
import { formatVerdict } from './judge.ts'
import { describeMachine, machine } from './machine.ts'
import type { Effort } from './measure.ts'
import { type MeasuredHttp, measureHttp } from './measure-http.ts'
import { startBareServer, startDevServer } from './servers.ts'

const { values } = parseArgs({
  options: {
    case: { type: 'string', short: 'c' },
    rounds: { type: 'string', short: 'r', default: '25' },
    minutes: { type: 'string', short: 'm', default: '6' },
    bare: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})

sharp.concurrency(1)
sharp.cache(false)
sharp.simd(true)

/** An account has at most 100 variants: so many may be new, and some stand for the warm-up. */
const MOST_ROUNDS = 90

interface Outcome {
  readonly httpCase: HttpCase
  readonly measured: MeasuredHttp
}

function chooseCases(): readonly HttpCase[] {
  const wanted = values.case?.split(',')
  const unknown = wanted?.filter((id) => !HTTP_CASES.some((row) => row.id === id)) ?? []
  if (unknown.length > 0)
    throw new Error(
      `There is no case ${unknown.join(', ')}; there are ${HTTP_CASES.map(({ id }) => id).join(', ')}`,
    )
  return HTTP_CASES.filter(({ id }) => wanted?.includes(id) ?? true)
}

async function main(): Promise<void> {
  const cases = chooseCases()
  const mostRounds = Number(values.rounds)
  if (!Number.isInteger(mostRounds) || mostRounds < 1 || mostRounds > MOST_ROUNDS)
    throw new Error(`--rounds takes a whole number from 1 to ${MOST_ROUNDS}`)
  const minutes = Number(values.minutes)
  if (!(minutes > 0)) throw new Error('--minutes takes a number above 0')

  const server = await (values.bare ? startBareServer() : startDevServer())
  const outcomes: Outcome[] = []
  try {
    const endsAt = performance.now() + minutes * 60_000
    for (const [at, httpCase] of cases.entries()) {
      console.error(`${httpCase.id}: ${httpCase.title}`)
      const roundsMs = (endsAt - performance.now()) / (cases.length - at)
      outcomes.push({ httpCase, measured: await measureHttp(server, httpCase, { mostRounds, roundsMs }) })
    }
  } finally {
    await server.close()
  }
  console.log(
    values.json ? JSON.stringify({ machine, cases: outcomes.map(toJson) }, null, 2) : format(outcomes),
  )
}

function ratiosOf({ httpCase, measured }: Outcome) {
  const against = httpCase.against === 'sharp' ? measured.sharp : measured.hit
  return { best: measured.cold.best / against.best, median: measured.cold.median / against.median }
}

const toJson = (outcome: Outcome) => {
  const { id, title, target, against } = outcome.httpCase
  return { id, title, target, against, ...outcome.measured, ratios: ratiosOf(outcome) }
}

function format(outcomes: readonly Outcome[]): string {
  const columns = [
    ...[left('case'), left('work'), right('rounds'), right('cold ms'), right('hit ms'), right('sharp ms')],
    ...[right('ratio'), left('target'), left('best'), left('median')],
    ...[right('CPU ms cold'), right('hit'), right('sharp'), right('faults cold'), right('sharp')],
  ]
  const rows = outcomes.map((outcome) => {
    const { httpCase, measured } = outcome
    const { cold, hit, sharp: theirs, rounds } = measured
    const { best, median } = ratiosOf(outcome)
    const { id, title, target, against } = httpCase
    return [
      ...[id, title, String(rounds), pairOf(cold), pairOf(hit), pairOf(theirs)],
      `${best.toFixed(2)} / ${median.toFixed(2)}`,
      `≤ ${target} of ${against}`,
      formatVerdict({ value: best, target }),
      formatVerdict({ value: median, target }),
      ...[cpuOf(cold), cpuOf(hit), cpuOf(theirs)],
      ...[cold, theirs].map(({ usage }) => usage?.pageFaults.toFixed(0) ?? '–'),
    ]
  })
  const setting = values.bare ? 'workerd without the development proxy' : 'pnpm dev'
  return [
    describeMachine(),
    `Deliveries over HTTP from ${setting}, best / median:`,
    formatTable(columns, rows),
  ].join('\n\n')
}

const pairOf = ({ best, median }: Effort): string => `${formatMs(best)} / ${formatMs(median)}`
const cpuOf = ({ usage }: Effort): string =>
  usage === null ? '–' : `${formatMs(usage.userMs)} + ${formatMs(usage.systemMs)}`

// Without a listener, a signal would end this process before it can end the server.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1))
await main()
