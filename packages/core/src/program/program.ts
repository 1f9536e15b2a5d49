import type { OutputFormat } from '../formats.ts'
import type { Gravity } from '../gravity.ts'
import type { Rgba } from '../options/colour.ts'
import type { Options } from '../options/option-table.ts'
import type { Orientation } from '../orientation.ts'
import type { FitMode } from '../transform-plan.ts'
import type { SourceRef } from './source-ref.ts'

/** Turn and mirror by an EXIF orientation, on top of the one that the source has and that is always applied first. */
export interface TurnOp {
  readonly op: 'turn'
  readonly orientation: Orientation
}

/** Fit the picture into a box of device pixels, cutting or padding as `fit` says. */
export interface ResizeOp {
  readonly op: 'resize'
  /** Whole px, at least 1; null leaves the side free. */
  readonly width: number | null
  readonly height: number | null
  readonly fit: FitMode
  /** `auto`: where most of what stands out is seen. It can be found for the first resize of a picture only. */
  readonly gravity: Gravity | 'auto'
  /** What fills the space that `pad` adds. */
  readonly fill: Rgba
}

/** Lay a colour under whatever is transparent. */
export interface BackgroundOp {
  readonly op: 'background'
  readonly colour: Rgba
}

/** Gaussian blur of the premultiplied picture. */
export interface BlurOp {
  readonly op: 'blur'
  /** px, above 0 */
  readonly radius: number
}

export const COMPOSITES = ['over', 'in', 'atop', 'out', 'xor', 'lighter'] as const
/** Porter-Duff operators, applied inside the overlay's box alone. */
export type Composite = (typeof COMPOSITES)[number]

/** Where an overlay lies: px from one edge of each axis; null for the middle of that axis. */
export interface Place {
  readonly x: { readonly from: 'left' | 'right'; readonly px: number } | null
  readonly y: { readonly from: 'top' | 'bottom'; readonly px: number } | null
}

/** Draw another picture, after a program of its own, onto this one. */
export interface DrawOp {
  readonly op: 'draw'
  readonly source: SourceRef
  readonly ops: readonly Op[]
  readonly place: Place
  /** 0–1 */
  readonly opacity: number
  readonly repeat: 'none' | 'both' | 'x' | 'y'
  readonly composite: Composite
}

/** One operation on pixels. */
export type Op = TurnOp | ResizeOp | BackgroundOp | BlurOp | DrawOp

/** How the finished picture leaves. */
export interface Output {
  /** `auto` is the only thing in a program that depends on the client: its format class decides. */
  readonly format: OutputFormat | 'auto'
  /** 1–100, on the JPEG scale. */
  readonly quality: number
  readonly metadata: NonNullable<Options['metadata']>
  /** Of an animation. */
  readonly frames: 'all' | 'first'
}

/**
 * What is done to a picture, in order: all that makes pixels and bytes differ, and nothing else; access and TTL are not
 * part of it. A URL and a variant give the operations the fixed order of {@link programOfOptions}; other callers give
 * their own. Plain data, so that it crosses to the render Worker as it is.
 */
export interface Program {
  readonly ops: readonly Op[]
  readonly output: Output
}
