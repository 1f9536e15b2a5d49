import sharp from 'sharp'

/** A drawn PNG: a horizontal red ramp over a vertical green one, opaque. */
export async function drawPng(width: number, height: number): Promise<Buffer> {
  const data = Buffer.alloc(width * height * 3)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3
      data[at] = Math.round((255 * x) / Math.max(1, width - 1))
      data[at + 1] = Math.round((255 * y) / Math.max(1, height - 1))
      data[at + 2] = 128
    }
  }
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer()
}

/** Peak signal-to-noise ratio of two pictures of one size, dB, over RGB; Infinity when they are equal. */
export async function psnr(a: Buffer, b: Buffer): Promise<number> {
  const raw = (bytes: Buffer) =>
    sharp(bytes).flatten({ background: '#fff' }).removeAlpha().toColourspace('srgb').raw().toBuffer()
  const [x, y] = await Promise.all([raw(a), raw(b)])
  if (x.length !== y.length)
    throw new Error(`the pictures differ in size: ${x.length} and ${y.length} bytes of RGB`)
  let sum = 0
  for (let i = 0; i < x.length; i++) sum += ((x[i] as number) - (y[i] as number)) ** 2
  return sum === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10((255 * 255 * x.length) / sum)
}
