import { type ByteSource, createByteReader } from './byte-reader.ts'
import { createJob, feed, type JpegJob, startScan } from './jpeg-decode-job.ts'
import { SCAN } from './jpeg-decode-kernel.ts'
import { runScans } from './jpeg-decode-scans.ts'
import { nextScan } from './jpeg-decode-segments.ts'
import type { JpegPlan } from './jpeg-plan.ts'
import type { Kernel, KernelRaster } from './kernel.ts'
import { PixelError } from './pixel-error.ts'

/** A decoded picture, possibly not whole. */
export interface DecodedJpeg {
  readonly raster: KernelRaster
  /** Something was missing or made no sense; what could not be read is mid-grey, or less sharp. */
  readonly truncated: boolean
}

/**
 * Decode a JPEG into a raster of the planned size.
 * @param kernel a fresh one: it takes `plan.priceBytes` at most, and serves nothing else meanwhile
 * @param source the whole file, from its first byte. A plan with `isMultiPass` keeps a stream in memory (of
 *   JavaScript), unless it can be opened again
 * @throws PixelError `corrupt` where nothing can be shown; `truncated` where the file ends before its first scan;
 *   `internal` where memory is short. The kernel must not be used again after an error
 */
export async function decodeJpeg(kernel: Kernel, source: ByteSource, plan: JpegPlan): Promise<DecodedJpeg> {
  const keepsAll = plan.isMultiPass && !('reopen' in source)
  const reader = createByteReader(source, keepsAll)
  try {
    const { job, raster } = createJob(kernel, reader, plan)
    await (plan.bandRows === 0 ? runSequential(job) : runScans(job))
    return { raster, truncated: job.isDamaged || job.kernelFunctions.jpegDecodeDamaged() !== 0 }
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) {
      throw new PixelError('internal', 'The JPEG could not be decoded', { cause: error })
    }
    throw error
  } finally {
    await reader.close()
  }
}

/** One scan holds everything: it is turned into pixels while it is read. */
async function runSequential(job: JpegJob): Promise<void> {
  const { kernelFunctions, plan } = job
  const scan = await nextScan(job)
  if (!scan) throw new PixelError('truncated', 'The JPEG ends before its first scan')
  startScan(job, scan, SCAN.sequential, plan.rows.to)
  await feed(job)
  kernelFunctions.jpegDecodeBlankRest()
}
