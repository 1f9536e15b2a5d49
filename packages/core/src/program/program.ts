import type { OutputFormat } from '../formats.ts'
import type { Gravity, SoughtGravity } from '../gravity.ts'
import type { Rgba } from '../options/colour.ts'
import type { Options } from '../options/option-table.ts'
import type { Orientation } from '../orientation.ts'
import type { FitMode } from '../transform-plan.ts'
import type { Trim } from '../trim-window.ts'
import { elsewhereOf, type SourceRef } from './source-ref.ts'

/** Turn and mirror by an EXIF orientation, on top of the one that the source has and that is always applied first. */
export interface TurnOp {
  readonly op: 'turn'
  readonly orientation: Orientation
}

/** Cut a part of the picture off. */
export interface TrimOp extends Trim {
  readonly op: 'trim'
}

/**
 * Cut an even border off, all around. It is looked for in the pixels, so only before the first resize of a picture, and once.
 */
export interface TrimBorderOp {
  readonly op: 'trim-border'
  /** Null: that of the corners, where they agree. */
  readonly colour: Rgba | null
  /** Greatest difference of a channel that is still border, 0–255. */
  readonly tolerance: number
  /** px of the border that stay on each side. */
  readonly keep: number
}

/** Fit the picture into a box of device pixels, cutting or padding as `fit` says. */
export interface ResizeOp {
  readonly op: 'resize'
  /** Whole px, at least 1; null leaves the side free. */
  readonly width: number | null
  readonly height: number | null
  readonly fit: FitMode
  /** What must be looked for can be found for the first resize of a picture only. */
  readonly gravity: Gravity | SoughtGravity
  /** What fills the space that `pad` adds. */
  readonly fill: Rgba
  /** How a picture is enlarged; absent: `interpolate`. `generate` is refused where something would be. */
  readonly upscale?: 'interpolate' | 'generate'
}

/** Make everything but the foreground transparent. It needs eyes: see the `Vision` of the transform package. */
export interface SegmentOp {
  readonly op: 'segment'
  readonly keep: 'foreground'
}

/** Lay a colour under whatever is transparent. */
export interface BackgroundOp {
  readonly op: 'background'
  readonly colour: Rgba
}

/** Brightness, contrast, gamma and saturation, in this order; 1 leaves each as it is. Rule: docs/parity.md#options. */
export interface AdjustOp {
  readonly op: 'adjust'
  /** Factor of sRGB levels, 0 or more. */
  readonly brightness: number
  /** Factor of their distance from the middle, 0 or more. */
  readonly contrast: number
  /** They are raised to the power of its inverse; above 0. */
  readonly gamma: number
  /** Factor of each channel's distance from the pixel's grey, 0 or more. */
  readonly saturation: number
}

/** Unsharp mask with a Gaussian of one pixel. */
export interface SharpenOp {
  readonly op: 'sharpen'
  /** By how much of their distance from their surroundings colours are moved away from these; above 0, at most 10. */
  readonly amount: number
}

/** Put a frame of one colour around the picture, which grows by it. */
export interface BorderOp {
  readonly op: 'border'
  readonly colour: Rgba
  /** Whole px of the result, 0 or more each. */
  readonly top: number
  readonly right: number
  readonly bottom: number
  readonly left: number
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

/** A side of an overlay's box: device px, a fraction (0–1) of the same side of the picture below it, or free. */
export type OverlaySide = ResizeOp['width'] | { readonly ofBase: number }

/** The resize of an overlay: planning knows the picture below it, and turns fractions into px. */
export interface OverlayResizeOp extends Omit<ResizeOp, 'width' | 'height'> {
  readonly width: OverlaySide
  readonly height: OverlaySide
}

/** One operation on the pixels of an overlay. */
export type OverlayOp = Exclude<Op, ResizeOp> | OverlayResizeOp

/** Draw another picture, after a program of its own, onto this one. */
export interface DrawOp {
  readonly op: 'draw'
  readonly source: SourceRef
  readonly ops: readonly OverlayOp[]
  readonly place: Place
  /** 0–1 */
  readonly opacity: number
  readonly repeat: 'none' | 'both' | 'x' | 'y'
  readonly composite: Composite
}

/** One operation on pixels. */
export type Op =
  | TrimOp
  | TrimBorderOp
  | TurnOp
  | ResizeOp
  | SegmentOp
  | BackgroundOp
  | BorderOp
  | AdjustOp
  | BlurOp
  | SharpenOp
  | DrawOp

/** How a finished picture leaves. */
export interface PictureOutput {
  readonly kind: 'picture'
  /**
   * One format, or who decides: `auto` the client, by its format class, which is the only thing in a program that depends
   * on it; `standard` JPEG, or PNG where there is transparency; `base` the same, but the original's own format where
   * everybody can show it. `svg` is for sources that are SVGs; for them `auto` and `standard` mean the same.
   */
  readonly format: OutputFormat | 'svg' | 'auto' | 'standard' | 'base'
  /** 1–100, on the JPEG scale; null where nobody asked: then it is {@link DEFAULT_QUALITY}. */
  readonly quality: number | null
  /** How a JPEG is written where its size lets it choose. */
  readonly jpeg: 'progressive' | 'baseline'
  /** `fast`: whatever is written soonest. */
  readonly effort: 'normal' | 'fast'
  readonly metadata: NonNullable<Options['metadata']>
  /** Of an animation. */
  readonly frames: 'all' | 'first'
}

/** What is said of the finished picture, as JSON, instead of the picture. */
export interface JsonOutput {
  readonly kind: 'json'
  /** `first`: the frames of an animation are not counted. */
  readonly frames: 'all' | 'first'
}

/** How the result of a program leaves. */
export type Output = PictureOutput | JsonOutput

/**
 * What is done to a picture, in order: all that makes pixels and bytes differ, and nothing else; access and TTL are not
 * part of it. A URL and a variant give the operations the fixed order of {@link programOfOptions}; other callers give
 * their own. Plain data, so that it crosses to the render Worker as it is.
 */
export interface Program {
  readonly ops: readonly Op[]
  readonly output: Output
}

const drawnFrom = (ops: readonly OverlayOp[]): string[] =>
  ops.flatMap((op) => {
    if (op.op !== 'draw') return []
    const url = elsewhereOf(op.source)
    return [...(url === null ? [] : [url]), ...drawnFrom(op.ops)]
  })

/** URLs of what is drawn from other hosts, fonts included, each once: they are fetched on behalf of a zone. */
export const drawnUrls = ({ ops }: Program): string[] => [...new Set(drawnFrom(ops))]
