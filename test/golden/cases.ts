import type { Sharp } from 'sharp'
import type { CARDS } from './card.ts'

/** One option, or several together, and the same by libvips. */
export interface GoldenCase {
  readonly name: string
  readonly card: keyof typeof CARDS
  /** A variant's options, as a client sends them. */
  readonly options: Readonly<Record<string, unknown>>
  readonly reference: (card: Sharp) => Sharp
  /** Least likeness to the reference, dB over RGBA; lossless results throughout, so only resampling may differ. */
  readonly psnr: number
}

/** A row per option at least. What differs from libvips for a reason is said in docs/parity.md. */
export const GOLDEN_CASES: readonly GoldenCase[] = [
  {
    name: 'rotate turns clockwise, before the resize',
    card: 'opaque',
    options: { rotate: 90, width: 40 },
    reference: (card) => card.rotate(90).resize(40, 60),
    psnr: 45,
  },
  {
    name: 'rotate by a half',
    card: 'opaque',
    options: { rotate: 180 },
    reference: (card) => card.rotate(180),
    psnr: Number.POSITIVE_INFINITY,
  },
  {
    name: 'flip left and right',
    card: 'opaque',
    options: { flip: 'h' },
    reference: (card) => card.flop(),
    psnr: Number.POSITIVE_INFINITY,
  },
  {
    name: 'flip before rotate',
    card: 'opaque',
    options: { flip: 'v', rotate: 90, width: 40 },
    reference: (card) => card.flip().rotate(90).resize(40, 60),
    psnr: 45,
  },
  {
    name: 'dpr multiplies both sides',
    card: 'opaque',
    options: { width: 30, height: 30, dpr: 1.5, fit: 'cover' },
    reference: (card) => card.resize(45, 45, { fit: 'cover' }),
    psnr: 45,
  },
  {
    name: 'squeeze distorts',
    card: 'opaque',
    options: { width: 40, height: 80, fit: 'squeeze' },
    reference: (card) => card.resize(40, 80, { fit: 'fill' }),
    psnr: 42,
  },
  {
    name: 'scale-up enlarges',
    card: 'opaque',
    options: { width: 180, height: 900, fit: 'scale-up' },
    reference: (card) => card.resize(180, 120, { kernel: 'cubic' }),
    psnr: 35, // libvips places enlarged pixels half an output pixel off centre
  },
  {
    name: 'scale-up leaves a larger picture as it is',
    card: 'opaque',
    options: { width: 30, fit: 'scale-up' },
    reference: (card) => card,
    psnr: Number.POSITIVE_INFINITY,
  },
  {
    name: 'aspect-crop of a smaller picture',
    card: 'opaque',
    options: { width: 300, height: 300, fit: 'aspect-crop' },
    reference: (card) => card.extract({ left: 20, top: 0, width: 80, height: 80 }),
    psnr: Number.POSITIVE_INFINITY,
  },
  {
    name: 'aspect-crop of a larger picture',
    card: 'opaque',
    options: { width: 30, height: 30, fit: 'aspect-crop', gravity: 'left' },
    reference: (card) => card.resize(30, 30, { fit: 'cover', position: 'left' }),
    psnr: 45,
  },
  {
    name: 'background under transparency',
    card: 'disc',
    options: { background: 'rgb(240 40 145)' },
    reference: (card) => card.flatten({ background: '#f02891' }),
    psnr: 48,
  },
  {
    name: 'background in the space of pad',
    card: 'opaque',
    options: { fit: 'pad', width: 80, height: 80, background: '#0a0' },
    reference: (card) => card.resize(80, 80, { fit: 'contain', background: '#0a0' }),
    psnr: 42,
  },
  {
    name: 'a translucent background',
    card: 'opaque',
    options: { fit: 'pad', width: 120, height: 120, background: 'rgba(0,160,0,.5)' },
    reference: (card) =>
      card.resize(120, 120, { fit: 'contain', background: { r: 0, g: 160, b: 0, alpha: 0.5 } }),
    psnr: 48,
  },
  {
    name: 'gravity at a side',
    card: 'opaque',
    options: { fit: 'cover', width: 30, height: 40, gravity: 'right' },
    reference: (card) => card.resize(30, 40, { fit: 'cover', position: 'right' }),
    psnr: 45,
  },
  {
    name: 'trim cuts sides of the source, before it is turned and resized',
    card: 'opaque',
    options: { trim: { top: 10, left: 0.25, width: 60 }, rotate: 90, width: 35 },
    reference: (card) => card.rotate(90).extract({ left: 0, top: 30, width: 70, height: 60 }).resize(35, 30),
    psnr: 45,
  },
  {
    name: 'trim of a border finds it to the pixel',
    card: 'framed',
    options: { trim: 'border' },
    reference: (card) => card.trim({ threshold: 10, lineArt: true }),
    psnr: Number.POSITIVE_INFINITY,
  },
  {
    name: 'trim of a border of a colour, of which some is kept',
    card: 'framed',
    options: { trim: { border: { color: 'white', tolerance: 20, keep: 5 } }, width: 40 },
    reference: (card) => card.extract({ left: 16, top: 8, width: 89, height: 67 }).resize(40, 30),
    psnr: 42,
  },
  {
    name: 'brightness is a factor of levels',
    card: 'opaque',
    options: { brightness: 1.3 },
    reference: (card) => card.linear(1.3, 0),
    psnr: 50,
  },
  {
    name: 'contrast is a factor of the distance from the middle',
    card: 'opaque',
    options: { contrast: 1.5 },
    reference: (card) => card.linear(1.5, -63.75),
    psnr: 50,
  },
  {
    name: 'gamma above 1 lightens',
    card: 'opaque',
    options: { gamma: 2 },
    reference: (card) => card.gamma(1, 2),
    psnr: 45,
  },
  {
    name: 'saturation 0 is grey, by the weights of CSS',
    card: 'opaque',
    options: { saturation: 0 },
    reference: (card) =>
      card.recomb([
        [0.213, 0.715, 0.072],
        [0.213, 0.715, 0.072],
        [0.213, 0.715, 0.072],
      ]),
    psnr: 48,
  },
  {
    name: 'brightness, contrast and saturation together, of a picture with transparency',
    card: 'disc',
    options: { brightness: 0.8, contrast: 1.2, saturation: 1.5 },
    reference: (card) =>
      card.linear([0.96, 0.96, 0.96, 1], [-25.5, -25.5, -25.5, 0]).recomb([
        [1.3935, -0.3575, -0.036],
        [-0.1065, 1.1425, -0.036],
        [-0.1065, -0.3575, 1.464],
      ]),
    psnr: 38,
  },
  {
    name: 'border grows the result, after the resize',
    card: 'opaque',
    options: { width: 60, border: { color: '#f80', top: 2, right: 4, bottom: 6, left: 8 } },
    reference: (card) =>
      card.resize(60, 40).extend({ top: 2, right: 4, bottom: 6, left: 8, background: '#f80' }),
    psnr: 45,
  },
  {
    name: 'sharpen, near what libvips does to lightness with the same Gaussian',
    card: 'opaque',
    options: { width: 60, sharpen: 1 },
    reference: (card) => card.resize(60, 40).sharpen({ sigma: 1, m1: 1, m2: 1, x1: 1, y2: 50, y3: 50 }),
    psnr: 30,
  },
  {
    name: 'blur',
    card: 'opaque',
    options: { blur: 3 },
    reference: (card) => card.blur(3),
    psnr: 42,
  },
  {
    name: 'a wide blur after a resize',
    card: 'opaque',
    options: { width: 90, blur: 15 },
    reference: (card) => card.resize(90, 60).blur(15),
    psnr: 42,
  },
  {
    name: 'blur of a picture with transparency',
    card: 'disc',
    options: { blur: 4 },
    reference: (card) => card.blur(4),
    psnr: 38,
  },
]
