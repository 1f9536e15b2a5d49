import sharp from 'sharp'
import { psnr as psnrOfBytes } from './psnr.ts'

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

/** PSNR of two encoded pictures of one size, dB, over RGB on white; Infinity when they are equal. */
export async function psnr(a: Uint8Array, b: Uint8Array): Promise<number> {
  const raw = (bytes: Uint8Array) =>
    sharp(bytes).flatten({ background: '#fff' }).removeAlpha().toColourspace('srgb').raw().toBuffer()
  return psnrOfBytes(await raw(a), await raw(b))
}
