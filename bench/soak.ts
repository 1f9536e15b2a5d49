/** `pnpm soak [minutes]`: a mixed load, and what grows meanwhile. See README.md beside this file. */
import { parseArgs } from 'node:util'
import { createClient } from '../test/support/client.ts'
import { startBareSystem } from './bare-system.ts'
import { findInspectorPort } from './inspector.ts'
import { formatSoaked } from './soak/format-soak.ts'
import { createLoad } from './soak/operations.ts'
import { runLoad } from './soak/run-load.ts'
import { watchIsolates } from './soak/sample-memory.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    operations: { type: 'string', short: 'n', default: '50000' },
    only: { type: 'string', short: 'o' },
    collect: { type: 'boolean', default: false },
    seed: { type: 'string', short: 's', default: '1' },
  },
})

const DEFAULT_MINUTES = '10'
const MOST_MINUTES = 120

function readBounds() {
  const minutes = Number(positionals[0] ?? DEFAULT_MINUTES)
  if (!(minutes > 0 && minutes <= MOST_MINUTES))
    throw new Error(`pnpm soak takes minutes, above 0 and at most ${MOST_MINUTES}`)
  const operations = Number(values.operations)
  if (!Number.isInteger(operations) || operations < 1)
    throw new Error('--operations takes a whole number from 1 on')
  return { minutes, operations, isCollecting: values.collect }
}

/** Numbers from 0 up to 1 that are the same for the same seed (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

async function main(): Promise<void> {
  const bounds = readBounds()
  const system = await startBareSystem(true)
  try {
    const inspectorPort = await findInspectorPort(system.pid)
    if (inspectorPort === null) throw new Error('Memory can only be watched where there is /proc')
    const client = createClient(system.baseUrl, system.adminToken)
    const load = await createLoad(client, createRandom(Number(values.seed)), values.only?.split(','))
    // Isolates start with the first request that needs them: the load's preparations have woken them all.
    const isolates = await watchIsolates(inspectorPort)
    const soaked = await runLoad(load, system.pid, isolates, bounds)
    isolates.close()
    console.log(formatSoaked(soaked))
    if (soaked.failures.length > 0) process.exitCode = 1
  } finally {
    await system.close()
  }
}

// Without a listener, a signal would end this process before it can end workerd.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1))
await main()
