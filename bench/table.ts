import type { BenchCase } from './cases.ts'
import { formatMegabytes, formatMs, formatTable, left, right } from './format-table.ts'
import { formatVerdict, isMet, judge, peakBytesOf, ratiosOf, type Verdict } from './judge.ts'
import type { Effort, Measured } from './measure.ts'

/** A case that was run, or why it could not be. */
export interface Outcome {
  readonly benchCase: BenchCase
  readonly measured: Measured | null
  readonly failure: string | null
}

type Done = Outcome & { readonly measured: Measured }

const decibels = (db: number): string => (Number.isFinite(db) ? db.toFixed(1) : 'equal')

/** Every table, each under its title, and what has no column. */
export function formatOutcomes(outcomes: readonly Outcome[]): string {
  const done = outcomes.filter((outcome): outcome is Done => outcome.measured !== null)
  const failed = outcomes.filter(({ measured }) => measured === null)
  return [
    'Time, best / median of the warm rounds:',
    formatTimes(done),
    'What a warm job takes of its process, on average; memory:',
    formatCosts(done),
    'Pictures:',
    formatPictures(done),
    ...(done.length === 0 ? [] : [formatNotes(done).join('\n')]),
    ...failed.map(({ benchCase: { id }, failure }) => `${id} failed: ${failure}`),
  ].join('\n\n')
}

function formatTimes(outcomes: readonly Done[]): string {
  const columns = [
    left('case'),
    left('work'),
    right('rounds'),
    right('first ms'),
    right('ours ms'),
    right('sharp ms'),
    right('ratio'),
    right('target'),
    left('best'),
    left('median'),
    left('missed besides'),
  ]
  return formatTable(
    columns,
    outcomes.map(({ benchCase: { id, title, targets }, measured }) => {
      const { rounds, firstMs, ours, sharp } = measured
      const ratios = ratiosOf(measured)
      const verdicts = judge(measured, targets)
      const [best, median, ...others] = verdicts
      return [
        id,
        title,
        String(rounds),
        formatMs(firstMs),
        pairOf(ours),
        pairOf(sharp),
        `${ratios.best.toFixed(2)} / ${ratios.median.toFixed(2)}`,
        `≤ ${targets.time}`,
        formatVerdict(best as Verdict),
        formatVerdict(median as Verdict),
        others
          .filter((verdict) => !isMet(verdict))
          .map((verdict) => `${verdict.what} ${formatVerdict(verdict)}`)
          .join(', ') || '–',
      ]
    }),
  )
}

const pairOf = ({ best, median }: Effort): string => `${formatMs(best)} / ${formatMs(median)}`

function formatCosts(outcomes: readonly Done[]): string {
  const columns = [
    left('case'),
    right('CPU ms, user + system'),
    right('sharp'),
    right('ratio'),
    right('faults'),
    right('sharp'),
    right('peak MB'),
    right('priced MB'),
    right('limit MB'),
    right('workerd RSS, high water MB'),
  ]
  return formatTable(
    columns,
    outcomes.map(({ benchCase: { id, targets }, measured }) => {
      const { ours, sharp, memory, highWaterBytes } = measured
      return [
        id,
        formatCpu(ours),
        formatCpu(sharp),
        ours.usage === null || sharp.usage === null ? '–' : (cpuMs(ours) / cpuMs(sharp)).toFixed(2),
        ours.usage?.pageFaults.toFixed(0) ?? '–',
        sharp.usage?.pageFaults.toFixed(0) ?? '–',
        `${memory.peakBytes === null ? '≥ ' : ''}${formatMegabytes(peakBytesOf(measured))}`,
        formatMegabytes(memory.pricedBytes),
        formatMegabytes(targets.peakBytes),
        formatMegabytes(highWaterBytes),
      ]
    }),
  )
}

const cpuMs = ({ usage }: Effort): number => (usage?.userMs ?? 0) + (usage?.systemMs ?? 0)

const formatCpu = (effort: Effort): string =>
  effort.usage === null
    ? '–'
    : `${formatMs(effort.usage.userMs)} + ${formatMs(effort.usage.systemMs)} = ${formatMs(cpuMs(effort))}`

function formatPictures(outcomes: readonly Done[]): string {
  const columns = [
    left('case'),
    right('PSNR (sharp)'),
    right('SSIM (sharp)'),
    right('bytes / sharp'),
    right('target'),
  ]
  return formatTable(
    columns,
    outcomes.map(({ benchCase: { id, targets }, measured: { likeness, bytes } }) => [
      id,
      `${decibels(likeness.ours.psnr)} (${decibels(likeness.sharp.psnr)})`,
      `${likeness.ours.ssim.toFixed(4)} (${likeness.sharp.ssim.toFixed(4)})`,
      `${bytes.ours} / ${bytes.sharp} = ${(bytes.ours / bytes.sharp).toFixed(3)}`,
      targets.size === undefined ? '–' : `≤ ${targets.size}`,
    ]),
  )
}

/** Sentences about what has no column. */
const formatNotes = (outcomes: readonly Done[]): string[] =>
  outcomes.map(({ benchCase: { id }, measured }) => {
    const { quality, yardstickSize, memory, ours, sharp, likenessToShrunk: shrunk } = measured
    const notes = [
      `p95 ${formatMs(ours.p95)} against ${formatMs(sharp.p95)} ms`,
      `WASM ${formatMegabytes(memory.wasmBytes)} MB`,
    ]
    if (shrunk !== null)
      notes.push(
        `to the pixels of sharp as timed ${decibels(shrunk.psnr)} dB, SSIM ${shrunk.ssim.toFixed(4)}`,
      )
    if (quality !== null) notes.push(`quality ${quality} is as like the reference as sharp's`)
    if (yardstickSize !== null)
      notes.push(`progressive, ${yardstickSize.toFixed(3)} of mozjpeg's size at its PSNR`)
    return `${id}: ${notes.join('; ')}`
  })
