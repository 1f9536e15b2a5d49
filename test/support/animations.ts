import sharp from 'sharp'

/** An animation as sharp shows it. */
export interface Animation {
  readonly width: number
  readonly height: number
  /** RGBA, 8 bits, straight alpha, each frame as shown. */
  readonly frames: readonly Buffer[]
  readonly delays: readonly number[]
  readonly plays: number | undefined
}

/** All frames of a GIF or WebP, by sharp. */
export async function readAnimation(file: Uint8Array): Promise<Animation> {
  const image = sharp(file, { animated: true, limitInputPixels: false })
  const { width = 0, pages = 1, pageHeight, height: whole = 0, delay, loop } = await image.metadata()
  const height = pageHeight ?? whole
  const pixels = await image.ensureAlpha().raw().toBuffer()
  const frameBytes = width * height * 4
  const frames = Array.from({ length: pages }, (_, i) =>
    pixels.subarray(i * frameBytes, (i + 1) * frameBytes),
  )
  return { width, height, frames, delays: delay ?? [0], plays: loop }
}

/** Each frame resized on its own, as libvips does it. */
export async function resizeFrames(
  { width, height, frames }: Animation,
  outWidth: number,
  outHeight: number,
): Promise<Buffer[]> {
  const raw = { width, height, channels: 4 } as const
  const resize = (frame: Buffer) =>
    sharp(frame, { raw }).resize(outWidth, outHeight, { fit: 'fill' }).raw().toBuffer()
  return Promise.all(frames.map(resize))
}

/** Likeness of two frames, dB, over colours as they are seen on black and on white, and alpha. */
export function likeness(a: Uint8Array, b: Uint8Array): number {
  let squares = 0
  for (let at = 0; at < a.length; at += 4) {
    const [alphaA, alphaB] = [(a[at + 3] as number) / 255, (b[at + 3] as number) / 255]
    for (let channel = 0; channel < 3; channel++) {
      const difference = (a[at + channel] as number) * alphaA - (b[at + channel] as number) * alphaB
      squares += difference * difference
    }
    squares += (255 * (alphaA - alphaB)) ** 2
  }
  return squares === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10(255 ** 2 / (squares / a.length))
}

/** As a GIF has it: what is half transparent or more is gone, what is less is opaque. */
export function harden(frame: Buffer): Buffer {
  const hard = Buffer.from(frame)
  for (let at = 0; at < hard.length; at += 4) {
    if ((hard[at + 3] as number) < 128) hard.fill(0, at, at + 4)
    else hard[at + 3] = 255
  }
  return hard
}

/** A square that moves over a ground of one colour, or of noise. */
export async function drawAnimation(of: {
  readonly width: number
  readonly height: number
  readonly frames: number
  readonly delay?: number
  readonly loop?: number
  readonly format?: 'gif' | 'webp'
  readonly noise?: boolean
}): Promise<Buffer> {
  const { width, height, frames, delay = 50, loop = 0, format = 'gif', noise = false } = of
  const pixels = Buffer.alloc(width * height * frames * 3, 200)
  const side = Math.max(2, Math.floor(Math.min(width, height) / 4))
  let state = 1
  if (noise) {
    for (let at = 0; at < pixels.length; at++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      pixels[at] = (state >>> 28) * 16
    }
  }
  for (let frame = 0; frame < frames; frame++) {
    const left = Math.floor(((width - side) * frame) / frames)
    for (let y = 0; y < side; y++) {
      const at = ((frame * height + y) * width + left) * 3
      pixels.fill(Buffer.from([255, 10 + frame, 0]), at, at + side * 3)
    }
  }
  const image = sharp(pixels, {
    raw: { width, height: height * frames, channels: 3, pageHeight: height },
    limitInputPixels: false,
  })
  const delays = Array.from({ length: frames }, () => delay)
  return format === 'gif'
    ? image.gif({ delay: delays, loop, effort: 1 }).toBuffer()
    : image.webp({ delay: delays, loop, lossless: true, effort: 0 }).toBuffer()
}
