import sharp, { type Sharp } from 'sharp'
import { psnr } from '../test/support/psnr.ts'
import { lumaOf, type Pixels, ssim } from './ssim.ts'

/** How like its reference a picture is. */
export interface Likeness {
  /** dB over red, green and blue, of colour on black. */
  readonly psnr: number
  readonly ssim: number
}

/** Run a pipeline to its pixels. */
export async function pixelsOf(image: Sharp): Promise<Pixels> {
  const { data, info } = await image
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}

export const decode = (bytes: Uint8Array): Promise<Pixels> => pixelsOf(sharp(bytes))

/** All frames of an animation, one below the other. */
export const decodeFrames = (bytes: Uint8Array): Promise<Pixels> =>
  pixelsOf(sharp(bytes, { animated: true, limitInputPixels: false }))

/** @throws Error when their sizes differ */
export function compare(picture: Pixels, reference: Pixels): Likeness {
  if (picture.width !== reference.width || picture.height !== reference.height) {
    const sizes = [picture, reference].map(({ width, height }) => `${width}x${height}`)
    throw new Error(`Pictures differ in size: ${sizes.join(' and ')}`)
  }
  return {
    psnr: psnr(onBlack(picture), onBlack(reference)),
    ssim: ssim(lumaOf(picture), lumaOf(reference)),
  }
}

/** Colour weighed by alpha, three bytes a pixel: what is not seen does not count. */
function onBlack({ data, width, height }: Pixels): Uint8Array {
  const colours = new Uint8Array(width * height * 3)
  for (let from = 0, to = 0; from < data.length; from += 4) {
    const alpha = data[from + 3] as number
    for (let channel = 0; channel < 3; channel++) {
      colours[to++] = Math.round(((data[from + channel] as number) * alpha) / 255)
    }
  }
  return colours
}
