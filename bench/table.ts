import type { BenchCase } from './cases.ts'
import { missesOf, peakBytesOf, ratioOf } from './judge.ts'
import type { Measured } from './measure.ts'

/** A case that was run, or why it could not be. */
export interface Outcome {
  readonly benchCase: BenchCase
  readonly measured: Measured | null
  readonly failure: string | null
}

const COLUMNS = [
  'case',
  'work',
  'first ms',
  'warm ms',
  'sharp ms',
  'ratio',
  'target',
  'PSNR (sharp)',
  'SSIM (sharp)',
  'bytes / sharp',
  'peak MB',
  'priced MB',
  'limit MB',
  'result',
]
const LEFT = new Set(['case', 'work', 'result'])

const megabytes = (bytes: number | null | undefined): string =>
  bytes === null || bytes === undefined ? '–' : (bytes / 1e6).toFixed(1)
const duration = (ms: number): string => ms.toFixed(ms < 100 ? 1 : 0)
const decibels = (db: number): string => (Number.isFinite(db) ? db.toFixed(1) : 'equal')

function formatRow({ benchCase, measured, failure }: Outcome): string[] {
  const { id, title, targets } = benchCase
  const limit = megabytes(targets.peakBytes)
  if (measured === null) {
    const unknown = Array.from({ length: COLUMNS.length - 3 }, () => '–')
    return [id, title, ...unknown, `failed: ${failure}`]
  }
  const { firstMs, ours, sharp, likeness, bytes, memory } = measured
  const misses = missesOf(measured, targets)
  return [
    id,
    title,
    duration(firstMs),
    duration(ours.median),
    duration(sharp.median),
    ratioOf(measured).toFixed(2),
    `≤ ${targets.time}`,
    `${decibels(likeness.ours.psnr)} (${decibels(likeness.sharp.psnr)})`,
    `${likeness.ours.ssim.toFixed(4)} (${likeness.sharp.ssim.toFixed(4)})`,
    `${bytes.ours} / ${bytes.sharp} = ${(bytes.ours / bytes.sharp).toFixed(3)}`,
    `${memory.peakBytes === null ? '≥ ' : ''}${megabytes(peakBytesOf(measured))}`,
    megabytes(memory.pricedBytes),
    limit,
    misses.length === 0 ? 'met' : `missed: ${misses.join(', ')}`,
  ]
}

/** A table in Markdown, columns aligned. */
export function formatTable(outcomes: readonly Outcome[]): string {
  const rows = [COLUMNS, ...outcomes.map(formatRow)]
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map((row) => {
    const cells = row.map((cell, column) => {
      const width = widths[column] ?? 0
      return LEFT.has(COLUMNS[column] ?? '') ? cell.padEnd(width) : cell.padStart(width)
    })
    return `| ${cells.join(' | ')} |`
  })
  const rule = widths.map((width, column) =>
    LEFT.has(COLUMNS[column] ?? '') ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  )
  const [head = '', ...body] = lines
  return [head, `| ${rule.join(' | ')} |`, ...body].join('\n')
}

/** Sentences about what has no column. */
export function formatNotes(outcomes: readonly Outcome[]): string[] {
  return outcomes.flatMap(({ benchCase: { id }, measured }) => {
    if (measured === null) return []
    const { quality, yardstickSize, memory, rounds, ours, sharp, likenessToShrunk: shrunk } = measured
    const notes = [
      `${rounds} rounds, best ${duration(ours.best)} against ${duration(sharp.best)}, p95 ${duration(ours.p95)} against ${duration(sharp.p95)} ms`,
      `WASM ${megabytes(memory.wasmBytes)} MB`,
    ]
    if (shrunk !== null)
      notes.push(
        `to the pixels of sharp as timed ${decibels(shrunk.psnr)} dB, SSIM ${shrunk.ssim.toFixed(4)}`,
      )
    if (quality !== null) notes.push(`quality ${quality} is as like the reference as sharp's`)
    if (yardstickSize !== null)
      notes.push(`progressive, ${yardstickSize.toFixed(3)} of mozjpeg's size at its PSNR`)
    return [`${id}: ${notes.join('; ')}`]
  })
}
