import sharp, { type Sharp } from 'sharp'
import {
  createHeaderReader,
  type FormatClass,
  programOfOptions,
  type SourceFacts,
} from '../packages/core/src/index.ts'
import type { BenchJob, StepsJob } from './job.ts'
import { decode, decodeFrames, pixelsOf } from './pixels.ts'
import { readSource, type SourceName } from './sources.ts'
import type { Pixels } from './ssim.ts'

/** What is asked for; a bound that is absent is not asked for. */
export interface Targets {
  /** Ours to sharp's, warm: the best of all rounds, and the median. */
  readonly time: number
  /** Most bytes the engine may hold. */
  readonly peakBytes?: number
  /** Most that workerd may be resident with after many jobs in a row, bytes. */
  readonly residentBytes?: number
  /** Length of our answer to that of sharp's. */
  readonly size?: number
  /** Length of our answer to that of the yardstick, both as like the reference. */
  readonly yardstickSize?: number
}

/** A case, ready to be run: everything but the work itself is in memory. */
export interface PreparedCase {
  /** What the Worker keeps as its source. */
  readonly source: Uint8Array
  /** What it keeps to be drawn onto it. */
  readonly overlay?: Uint8Array
  /** The timed job. */
  readonly job: BenchJob
  /** A job whose answer holds pixels, where the timed one's does not. */
  readonly shownJob?: BenchJob
  /** The same work by sharp, as fast as it can: this is what is timed. */
  theirs(): Promise<Buffer>
  /** The same work by sharp without decoding at a reduced size: this is what bytes and likeness are compared with. */
  theirsInFull(): Promise<Buffer>
  /** The pixels that both would ideally show: those sharp has before it encodes {@link theirsInFull}. */
  reference(): Promise<Pixels>
  /** The pixels sharp has before it encodes {@link theirs}, where those are others. */
  shrunkReference?(): Promise<Pixels>
  /** Pixels of an answer, ours or sharp's. */
  decode(bytes: Uint8Array): Promise<Pixels>
  /** An encoder whose size ours is held against, at equal PSNR, and the job that does the same. */
  readonly yardstick?: { readonly job: BenchJob; theirs(): Promise<Buffer> }
}

export interface BenchCase {
  readonly id: string
  readonly title: string
  readonly targets: Targets
  /** The quality of ours is looked for, at which it is as like the reference as sharp's. */
  readonly isTuned?: boolean
  prepare(): Promise<PreparedCase>
}

const MB = 1e6
const QUALITY = 85

interface Transformation {
  readonly source: SourceName
  readonly width: number
  readonly formatClass: FormatClass
  /** sharp's encoder, set up to do what ours does. */
  encode(image: Sharp): Sharp
}

function factsOf(bytes: Uint8Array): SourceFacts {
  const reader = createHeaderReader(new Set(['jpeg', 'png', 'gif'] as const))
  reader.push(bytes)
  if (reader.header === null) throw new Error('The source has no header')
  return { ...reader.header, sizeBytes: bytes.length }
}

/** A case of the whole engine: a file in, a file out. */
const transformation =
  ({ source: name, width, formatClass, encode }: Transformation) =>
  async (): Promise<PreparedCase> => {
    const source = await readSource(name)
    const open = () => sharp(source, { limitInputPixels: false })
    const resize = () => open().resize(width)
    const resizeInFull = () => open().resize(width, undefined, { fastShrinkOnLoad: false })
    return {
      source,
      job: {
        work: 'transform',
        source: { kind: 'stored', blobKey: name, facts: factsOf(source) },
        program: programOfOptions({ width, metadata: 'none' }),
        formatClass,
      },
      theirs: () => encode(resize()).toBuffer(),
      theirsInFull: () => encode(resizeInFull()).toBuffer(),
      reference: () => pixelsOf(resizeInFull()),
      shrunkReference: () => pixelsOf(resize()),
      decode,
    }
  }

/** A picture drawn onto another one: both are decoded, and neither is kept at its own size for longer than it must. */
async function prepareDraw(): Promise<PreparedCase> {
  const [source, overlay] = await Promise.all([readSource('beach'), readSource('overlay')])
  const compose = (fastShrinkOnLoad: boolean) =>
    sharp(source)
      .resize(1200, undefined, { fastShrinkOnLoad })
      .composite([{ input: Buffer.from(overlay) }])
  const jpeg = (image: Sharp): Promise<Buffer> =>
    image.jpeg({ quality: QUALITY, progressive: true }).toBuffer()
  const draw = {
    op: 'draw',
    source: { kind: 'part', sha256: '' },
    ops: [],
    place: { x: null, y: null },
  } as const
  const { ops, output } = programOfOptions({ width: 1200, metadata: 'none' })
  return {
    ...{ source, overlay },
    job: {
      work: 'transform',
      source: { kind: 'stored', blobKey: 'beach', facts: factsOf(source) },
      program: { ops: [...ops, { ...draw, opacity: 1, repeat: 'none', composite: 'over' }], output },
      formatClass: 'base',
    },
    theirs: () => jpeg(compose(true)),
    theirsInFull: () => jpeg(compose(false)),
    reference: () => pixelsOf(compose(false)),
    shrunkReference: () => pixelsOf(compose(true)),
    decode,
  }
}
/** The same of an animation, all of its frames. */
const animation =
  ({ source: name, width, formatClass, encode }: Transformation) =>
  async (): Promise<PreparedCase> => {
    const source = await readSource(name)
    const resize = () => sharp(source, { animated: true, limitInputPixels: false }).resize(width)
    const theirs = () => encode(resize()).toBuffer()
    return {
      source,
      job: {
        work: 'transform',
        source: { kind: 'stored', blobKey: name, facts: factsOf(source) },
        program: programOfOptions({ width, metadata: 'none' }),
        formatClass,
      },
      theirs,
      theirsInFull: theirs,
      reference: () => pixelsOf(resize()),
      decode: decodeFrames,
    }
  }

const webp = (image: Sharp): Sharp => image.webp({ quality: QUALITY })

async function prepareResize(): Promise<PreparedCase> {
  const picture = await decode(await readSource('beach'))
  const { width, height } = picture
  const [outWidth, outHeight] = [800, 653]
  const job = { work: 'resize', width, height, outWidth, outHeight } as const
  const theirs = () =>
    sharp(picture.data, { raw: { width, height, channels: 4 } })
      .resize(outWidth, outHeight, { fit: 'fill' })
      .raw()
      .toBuffer()
  const decodeRaw = async (data: Uint8Array) => ({ data, width: outWidth, height: outHeight })
  return {
    source: picture.data,
    job: { ...job, isAnswered: false },
    shownJob: { ...job, isAnswered: true },
    theirs,
    theirsInFull: theirs,
    reference: async () => decodeRaw(await theirs()),
    decode: decodeRaw,
  }
}

/**
 * Operations on the pixels of a photograph, 2 megapixels without transparency; sharp gets them without their alpha, which
 * it would multiply in otherwise.
 */
const steps =
  (options: Parameters<typeof programOfOptions>[0], change: (image: Sharp) => Sharp) =>
  async (): Promise<PreparedCase> => {
    const picture = await pixelsOf(sharp(await readSource('beach')).resize(1600))
    const { width, height } = picture
    const opaque = picture.data.filter((_, at) => at % 4 !== 3)
    const open = () => sharp(opaque, { raw: { width, height, channels: 3 } })
    const job = {
      work: 'steps',
      width,
      height,
      ops: programOfOptions(options).ops as StepsJob['ops'],
    } as const
    const theirs = () => change(open()).raw().toBuffer()
    const withAlpha = async (bytes: Uint8Array) => {
      const data = new Uint8Array(width * height * 4).fill(255)
      const isRgb = bytes.length === width * height * 3
      for (let p = 0; p < width * height; p++) {
        for (let c = 0; c < 3; c++) data[p * 4 + c] = bytes[p * (isRgb ? 3 : 4) + c] as number
      }
      return { data, width, height }
    }
    return {
      source: picture.data,
      job: { ...job, isAnswered: false },
      shownJob: { ...job, isAnswered: true },
      theirs,
      theirsInFull: theirs,
      reference: async () => withAlpha(await theirs()),
      decode: withAlpha,
    }
  }

async function prepareJpeg(): Promise<PreparedCase> {
  const picture = await pixelsOf(sharp(await readSource('beach')).resize(720, 588))
  const { width, height } = picture
  const opaque = picture.data.filter((_, at) => at % 4 !== 3)
  const open = () => sharp(opaque, { raw: { width, height, channels: 3 } })
  const job = { work: 'jpeg', width, height, quality: QUALITY } as const
  const theirs = () => open().jpeg({ quality: QUALITY, optimiseCoding: true }).toBuffer()
  return {
    source: picture.data,
    job: { ...job, progressive: false },
    theirs,
    theirsInFull: theirs,
    reference: async () => picture,
    decode,
    yardstick: {
      job: { ...job, progressive: true },
      theirs: () => open().jpeg({ quality: QUALITY, mozjpeg: true }).toBuffer(),
    },
  }
}

/** The table of the targets, in its order. */
export const CASES: readonly BenchCase[] = [
  {
    id: 'A',
    title: '6 MP JPEG → 720 progressive JPEG',
    targets: { time: 0.6, peakBytes: 16 * MB },
    prepare: transformation({
      source: 'beach',
      width: 720,
      formatClass: 'base',
      encode: (image) => image.jpeg({ quality: QUALITY, progressive: true }),
    }),
  },
  {
    id: 'B',
    title: '6 MP JPEG → 720 WebP',
    targets: { time: 0.75, peakBytes: 32 * MB },
    prepare: transformation({ source: 'beach', width: 720, formatClass: 'webp', encode: webp }),
  },
  {
    id: 'C',
    title: '6 MP JPEG → 720 AVIF at equal SSIM',
    targets: { time: 0.5, peakBytes: 48 * MB, size: 1.05 },
    isTuned: true,
    prepare: transformation({
      source: 'beach',
      width: 720,
      formatClass: 'avif',
      encode: (image) => image.avif({ quality: 60, effort: 2, chromaSubsampling: '4:2:0' }),
    }),
  },
  {
    id: 'D',
    title: '3 MP RGBA PNG → 720 WebP',
    targets: { time: 0.8, peakBytes: 32 * MB, residentBytes: 130 * MB },
    prepare: transformation({ source: 'paper', width: 720, formatClass: 'webp', encode: webp }),
  },
  {
    id: 'E',
    title: '3 MP RGBA PNG → 720 PNG',
    targets: { time: 0.9, peakBytes: 24 * MB, size: 1.05 },
    prepare: transformation({
      source: 'paper',
      width: 720,
      formatClass: 'base',
      encode: (image) => image.png(),
    }),
  },
  {
    id: 'F',
    title: '12 MP JPEG → 1200 WebP',
    targets: { time: 0.75, peakBytes: 48 * MB },
    prepare: transformation({ source: 'twelve', width: 1200, formatClass: 'webp', encode: webp }),
  },
  {
    id: 'G',
    title: '100 MP baseline JPEG → 1200 JPEG',
    targets: { time: 0.75, peakBytes: 24 * MB },
    prepare: transformation({
      source: 'mosaic',
      width: 1200,
      formatClass: 'base',
      encode: (image) => image.jpeg({ quality: QUALITY, progressive: true }),
    }),
  },
  {
    id: 'H',
    title: '100 MP progressive JPEG → 1200 JPEG',
    targets: { time: 0.2, peakBytes: 32 * MB },
    prepare: transformation({
      source: 'progressive',
      width: 1200,
      formatClass: 'base',
      encode: (image) => image.jpeg({ quality: QUALITY, progressive: true }),
    }),
  },
  {
    id: 'I',
    title: '90 MP RGB PNG → 1200 WebP',
    targets: { time: 1, peakBytes: 48 * MB },
    prepare: transformation({ source: 'png', width: 1200, formatClass: 'webp', encode: webp }),
  },
  {
    id: 'J',
    title: 'resize alone, 6 MP RGBA → 800x653',
    targets: { time: 0.5 },
    prepare: prepareResize,
  },
  {
    id: 'K',
    title: 'JPEG encode alone, 720x588',
    targets: { time: 0.6, yardstickSize: 1.03 },
    prepare: prepareJpeg,
  },
  {
    id: 'L',
    title: '1 MP RGBA PNG drawn onto 6 MP JPEG → 1200 JPEG',
    targets: { time: 0.8 },
    prepare: prepareDraw,
  },
  {
    id: 'M',
    title: 'blur 5 alone, 2 MP',
    targets: { time: 0.8 },
    prepare: steps({ blur: 5 }, (image) => image.blur(5)),
  },
  {
    id: 'N',
    title: 'blur 50 alone, 2 MP',
    targets: { time: 1 },
    prepare: steps({ blur: 50 }, (image) => image.blur(50)),
  },
  {
    id: 'O',
    title: 'sharpen 1 alone, 2 MP',
    targets: { time: 1 },
    prepare: steps({ sharpen: 1 }, (image) => image.sharpen({ sigma: 1, m1: 1, m2: 1, y2: 50, y3: 50 })),
  },
  {
    id: 'P',
    title: 'brightness, contrast and saturation alone, 2 MP',
    targets: { time: 0.6 },
    prepare: steps({ brightness: 1.1, contrast: 1.2, saturation: 1.3 }, (image) =>
      image.linear(1.32, -25.5).modulate({ saturation: 1.3 }),
    ),
  },
  {
    id: 'Q',
    title: '60 frames of 400x400 GIF → 200 GIF',
    targets: { time: 1, peakBytes: 32 * MB },
    prepare: animation({ source: 'film', width: 200, formatClass: 'base', encode: (image) => image.gif() }),
  },
  {
    id: 'R',
    title: '60 frames of 400x400 GIF → 200 animated WebP',
    targets: { time: 1.2, peakBytes: 32 * MB },
    prepare: animation({ source: 'film', width: 200, formatClass: 'webp', encode: webp }),
  },
]
