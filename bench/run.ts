/** `pnpm bench`: our engine in workerd against sharp on one thread. See README.md beside this file. */
import { parseArgs } from 'node:util'
import sharp from 'sharp'
import { type BenchCase, CASES } from './cases.ts'
import { formatHighWater, type HighWater, measureHighWater } from './high-water.ts'
import { isOverPrice, judge, peakBytesOf, ratiosOf } from './judge.ts'
import { describeMachine, machine } from './machine.ts'
import { measure } from './measure.ts'
import { ORIGIN } from './photographs.ts'
import { nameKernel, profile } from './profile.ts'
import { formatOutcomes, type Outcome } from './table.ts'
import { bundleBenchWorker } from './workerd.ts'

const { values } = parseArgs({
  options: {
    case: { type: 'string', short: 'c' },
    rounds: { type: 'string', short: 'r', default: '25' },
    minutes: { type: 'string', short: 'm', default: '10' },
    json: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    resident: { type: 'boolean', default: false },
    jobs: { type: 'string', default: '31' },
  },
})

sharp.concurrency(1)
sharp.cache(false)
sharp.simd(true)

/** What is going on, beside the result: not part of it. */
const tell = (text: string): void => console.error(text)

function chooseCases() {
  const wanted = values.case?.toUpperCase().split(',')
  const unknown = wanted?.filter((id) => !CASES.some((row) => row.id === id)) ?? []
  if (unknown.length > 0)
    throw new Error(
      `There is no case ${unknown.join(', ')}; there are ${CASES.map(({ id }) => id).join(', ')}`,
    )
  return CASES.filter(({ id }) => wanted?.includes(id) ?? true)
}

/** A number of the command line. @throws Error when it is none, or not a whole one from 1 on where it must be */
function readNumber(name: 'rounds' | 'jobs' | 'minutes', isWhole: boolean): number {
  const value = Number(values[name])
  if (isWhole ? Number.isInteger(value) && value >= 1 : value > 0) return value
  throw new Error(`--${name} takes a ${isWhole ? 'whole number from 1 on' : 'number above 0'}`)
}

async function main(): Promise<void> {
  const cases = chooseCases()
  const mostRounds = readNumber('rounds', true)
  const minutes = readNumber('minutes', false)
  const jobs = readNumber('jobs', true)
  if (ORIGIN === 'drawn') tell('The corpus folder ../shared/corpus is absent: the pictures are drawn instead')
  bundleBenchWorker()
  if (values.profile) return printProfiles(cases)
  if (values.resident) return printHighWater(cases, jobs)
  const outcomes: Outcome[] = []
  const endsAt = performance.now() + minutes * 60_000
  for (const [at, benchCase] of cases.entries()) {
    tell(`${benchCase.id}: ${benchCase.title}`)
    // What a case leaves of its share, the others have: the large pictures stand last.
    const roundsMs = (endsAt - performance.now()) / (cases.length - at)
    outcomes.push(
      await measure(benchCase, { mostRounds, roundsMs }).then(
        (measured) => ({ benchCase, measured, failure: null }),
        (error: Error) => ({ benchCase, measured: null, failure: error.message }),
      ),
    )
  }
  console.log(values.json ? formatJson(outcomes) : formatText(outcomes))
  // A missed target is a result. A picture that was not made, or took more memory than its price, is a fault.
  if (outcomes.some(({ measured }) => measured === null || isOverPrice(measured))) process.exitCode = 1
}

async function printHighWater(cases: readonly BenchCase[], jobs: number): Promise<void> {
  const results: HighWater[] = []
  for (const benchCase of cases) results.push(await measureHighWater(benchCase, jobs))
  console.log(`${describeMachine()}\n\n${formatHighWater(results)}`)
}

const HOTTEST = 16

async function printProfiles(cases: readonly BenchCase[]): Promise<void> {
  nameKernel()
  for (const benchCase of cases) {
    console.log(`${benchCase.id}: ${benchCase.title}, share of busy time by function`)
    for (const { name, share } of (await profile(benchCase)).slice(0, HOTTEST)) {
      console.log(`${(100 * share).toFixed(1).padStart(6)} %  ${name}`)
    }
  }
}

const formatText = (outcomes: readonly Outcome[]): string =>
  `${describeMachine()}\n\n${formatOutcomes(outcomes)}`

const formatJson = (outcomes: readonly Outcome[]): string =>
  JSON.stringify(
    {
      machine,
      cases: outcomes.map(({ benchCase: { id, title, targets }, measured, failure }) => ({
        id,
        title,
        targets,
        failure,
        ...measured,
        ...(measured === null
          ? {}
          : {
              ratios: ratiosOf(measured),
              peakBytes: peakBytesOf(measured),
              verdicts: judge(measured, targets),
            }),
      })),
    },
    null,
    2,
  )

// Without a listener, a signal would end this process before it can end workerd.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1))
await main()
