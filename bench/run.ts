/** `pnpm bench`: our engine in workerd against sharp on one thread. See README.md beside this file. */
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import sharp from 'sharp'
import { type BenchCase, CASES } from './cases.ts'
import { isOverPrice, missesOf, peakBytesOf, ratioOf } from './judge.ts'
import { measure } from './measure.ts'
import { ORIGIN } from './photographs.ts'
import { nameKernel, profile } from './profile.ts'
import { formatNotes, formatTable, type Outcome } from './table.ts'
import { bundleWorker, runtimeVersion } from './workerd.ts'

const { values } = parseArgs({
  options: {
    case: { type: 'string', short: 'c' },
    rounds: { type: 'string', short: 'r', default: '25' },
    json: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
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

function parseRounds(): number {
  const rounds = Number(values.rounds)
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds takes a whole number from 1 on')
  return rounds
}

const machine = {
  processor: cpus()[0]?.model ?? 'unknown',
  processors: cpus().length,
  node: process.version,
  workerd: runtimeVersion,
  sharp: sharp.versions.sharp ?? 'unknown',
  libvips: sharp.versions.vips,
  pictures: ORIGIN,
}

async function main(): Promise<void> {
  const cases = chooseCases()
  const rounds = parseRounds()
  if (ORIGIN === 'drawn') tell('The corpus folder ../shared/corpus is absent: the pictures are drawn instead')
  bundleWorker()
  if (values.profile) return printProfiles(cases)
  const outcomes: Outcome[] = []
  for (const benchCase of cases) {
    tell(`${benchCase.id}: ${benchCase.title}`)
    outcomes.push(
      await measure(benchCase, rounds).then(
        (measured) => ({ benchCase, measured, failure: null }),
        (error: Error) => ({ benchCase, measured: null, failure: error.message }),
      ),
    )
  }
  console.log(values.json ? formatJson(outcomes) : formatText(outcomes))
  // A missed target is a result. A picture that was not made, or took more memory than its price, is a fault.
  if (outcomes.some(({ measured }) => measured === null || isOverPrice(measured))) process.exitCode = 1
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
  [
    Object.entries(machine)
      .map(([name, value]) => `${name} ${value}`)
      .join(', '),
    '',
    formatTable(outcomes),
    '',
    ...formatNotes(outcomes),
  ].join('\n')

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
              ratio: ratioOf(measured),
              peakBytes: peakBytesOf(measured),
              misses: missesOf(measured, targets),
            }),
      })),
    },
    null,
    2,
  )

// Without a listener, a signal would end this process before it can end workerd.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1))
await main()
