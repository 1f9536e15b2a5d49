import { formatMegabytes, formatTable, left, right } from '../format-table.ts'
import { judgeSeries, type Series, type Trend } from './plateau.ts'
import type { Reading, Sample, Soaked } from './run-load.ts'

/** Rows of the table of samples: those in between are used and not shown. */
const MOST_ROWS = 24
const MOST_FAILURES = 5
/** What is smaller, and did not grow by a megabyte, has no row. */
const SHOWN_BYTES = 4e6

/** Tables of what was held and of what grew, and a verdict. */
export function formatSoaked({ samples, counts, failures, collected }: Soaked): string {
  const trends = seriesOf(samples).map(judgeSeries)
  const [resident] = trends as [Trend, ...Trend[]]
  const growing = trends.slice(1).filter(({ isPlateau }) => !isPlateau)
  const grown = `workerd grew by ${formatMegabytes(resident.growthBytes)} MB in the second half, ${formatMegabytes(resident.bytesPerMinute)} MB a minute`
  return [
    [...counts].map(([name, count]) => `${name} ${count}`).join(', '),
    formatSamples(samples),
    'Over the second half, by the line that fits best; last, what was left when all garbage was collected:',
    formatTrends(trends, collected),
    ...failures.slice(0, MOST_FAILURES).map((failure) => `failed: ${failure}`),
    ...(failures.length === 0 ? [] : [`${failures.length} operations failed.`]),
    `${resident.isPlateau ? 'Plateau' : 'No plateau'}: ${grown}.`,
    growing.length === 0
      ? 'Nothing that is counted apart grew.'
      : `What grew: ${growing.map(({ name, growthBytes }) => `${name} by ${formatMegabytes(growthBytes)} MB`).join(', ')}.`,
  ].join('\n\n')
}

/** Everything that is watched; workerd as a whole comes first. */
function seriesOf(samples: readonly Sample[]): Series[] {
  const series = (name: string, bytesOf: (sample: Sample) => number): Series => ({
    name,
    points: samples.map((sample) => ({ atMs: sample.atMs, bytes: bytesOf(sample) })),
  })
  const isolateOf = (sample: Sample, id: string) => sample.isolates.find((one) => one.id === id)
  const ids = samples[0]?.isolates.map(({ id }) => id) ?? []
  return [
    series('workerd, resident', ({ rssBytes }) => rssBytes),
    series('workerd, own pages', ({ anonymousBytes }) => anonymousBytes),
    series('workerd, outside of V8', outsideBytes),
    series('clients, resident', ({ clientBytes }) => clientBytes),
    ...ids.flatMap((id) => [
      series(`${id}: V8 heap`, (sample) => isolateOf(sample, id)?.totalBytes ?? 0),
      series(`${id}: buffers`, (sample) => isolateOf(sample, id)?.backingBytes ?? 0),
    ]),
  ]
}

/** What neither a heap nor a buffer explains: the runtime's own objects, SQLite, WASM memories, the allocator's holes. */
const outsideBytes = ({ anonymousBytes, isolates }: Reading): number =>
  isolates.reduce((left, { totalBytes, backingBytes }) => left - totalBytes - backingBytes, anonymousBytes)

function formatSamples(samples: readonly Sample[]): string {
  const every = Math.ceil(samples.length / MOST_ROWS)
  const shown = samples.filter((_, at) => at % every === 0 || at === samples.length - 1)
  const columns = ['s', 'operations', 'workerd MB', 'own pages', 'V8 heaps', 'buffers', 'outside', 'clients']
  const sum = ({ isolates }: Sample, name: 'totalBytes' | 'backingBytes') =>
    isolates.reduce((bytes, isolate) => bytes + isolate[name], 0)
  return formatTable(
    columns.map(right),
    shown.map((sample) => [
      (sample.atMs / 1000).toFixed(0),
      String(sample.operations),
      ...[
        sample.rssBytes,
        sample.anonymousBytes,
        sum(sample, 'totalBytes'),
        sum(sample, 'backingBytes'),
        outsideBytes(sample),
        sample.clientBytes,
      ].map(formatMegabytes),
    ]),
  )
}

function formatTrends(trends: readonly Trend[], collected: Reading): string {
  const leftOver = seriesOf([{ atMs: 0, operations: 0, ...collected }])
  const columns = [
    ...[left('what'), right('first MB'), right('last MB'), right('grew MB'), right('MB a minute')],
    ...[left('verdict'), right('collected MB')],
  ]
  const rows = trends.map((trend, at) => ({ trend, bytes: leftOver[at]?.points[0]?.bytes }))
  return formatTable(
    columns,
    rows
      .filter(({ trend }) => !trend.name.includes(':') || isLarge(trend))
      .map(({ trend, bytes }) => [
        trend.name,
        ...[trend.firstBytes, trend.lastBytes, trend.growthBytes, trend.bytesPerMinute].map(formatMegabytes),
        trend.isPlateau ? 'plateau' : 'grows',
        formatMegabytes(bytes),
      ]),
  )
}

const isLarge = ({ lastBytes, growthBytes }: Trend): boolean => lastBytes > SHOWN_BYTES || growthBytes > 1e6
