// Gaussian blur of a raster in place: three passes of an extended box along rows, then three along columns. An extended
// box weighs 2r + 1 pixels fully and one more on each side by a fraction, so that its variance is exactly a third of the
// Gaussian's. Samples are premultiplied, in lines of four 32-bit integers a pixel with 8 fraction bits.
//
//     line:  | margin | pixels of a row or column | margin |      the margins repeat the edge pixels
//
// Each pass computes `reach` = r + 1 pixels less of both margins than the one before; the last one exactly the pixels.

const PASSES = 3
/** Columns that are gathered at once: they share cache lines. */
const STRIP = 8
const PIXEL_BYTES = 16

/** One pass from `source` to `target`, which point at the first pixel that comes out. */
function boxPass(source: usize, target: usize, count: i32, radius: i32, edge: f32, whole: f32): void {
  const reach = <usize>(radius + 1) << 4
  let sum = v128.load(source)
  for (let i = 1; i <= radius; i++) {
    const away = <usize>i << 4
    sum = i32x4.add(sum, i32x4.add(v128.load(source - away), v128.load(source + away)))
  }
  const wholes = f32x4.splat(whole)
  const edges = f32x4.splat(edge)
  const half = f32x4.splat(0.5)
  const end = target + (<usize>count << 4)
  for (; target < end; target += PIXEL_BYTES, source += PIXEL_BYTES) {
    const next = v128.load(source + reach)
    const ends = i32x4.add(v128.load(source - reach), next)
    const mixed = f32x4.add(
      f32x4.mul(f32x4.convert_i32x4_s(sum), wholes),
      f32x4.mul(f32x4.convert_i32x4_s(ends), edges),
    )
    v128.store(target, i32x4.trunc_sat_f32x4_s(f32x4.add(mixed, half)))
    sum = i32x4.add(sum, i32x4.sub(next, v128.load(source - reach + PIXEL_BYTES)))
  }
}

/** Blur the line of `count` pixels behind a margin at `line`. The result is where the function says. */
function blurLine(line: usize, spare: usize, count: i32, radius: i32, edge: f32, whole: f32): usize {
  const reach = radius + 1
  const margin = PASSES * reach
  const first = v128.load(line + (<usize>margin << 4))
  const last = v128.load(line + (<usize>(margin + count - 1) << 4))
  const after = line + (<usize>(margin + count) << 4)
  for (let i = 0; i < margin; i++) {
    v128.store(line + (<usize>i << 4), first)
    v128.store(after + (<usize>i << 4), last)
  }
  let source = line
  let target = spare
  for (let pass = 1; pass <= PASSES; pass++) {
    const from = <usize>(pass * reach) << 4
    boxPass(source + from, target + from, count + 2 * (PASSES - pass) * reach, radius, edge, whole)
    const swapped = source
    source = target
    target = swapped
  }
  return source + (<usize>margin << 4)
}

/** Straight RGBA bytes → one premultiplied pixel of a line. */
// @ts-ignore: decorator
@inline function premultiplied(pixel: u32): v128 {
  const bytes = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(i32x4.splat(<i32>pixel)))
  const alpha = pixel >>> 24
  if (alpha == 255) return i32x4.shl(bytes, 8)
  const scale = <f32>alpha * <f32>(256.0 / 255.0)
  const scales = f32x4.replace_lane(f32x4.splat(scale), 3, 256)
  return i32x4.trunc_sat_f32x4_s(
    f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(bytes), scales), f32x4.splat(0.5)),
  )
}

/** Four samples of 8 fraction bits → bytes, rounded. */
// @ts-ignore: decorator
@inline function packed(samples: v128): u32 {
  const words = i32x4.shr_s(i32x4.add(samples, i32x4.splat(128)), 8)
  const shorts = i16x8.narrow_i32x4_s(words, words)
  return <u32>i32x4.extract_lane(i8x16.narrow_i16x8_u(shorts, shorts), 0)
}

/** A premultiplied pixel of a line → straight RGBA bytes. */
// @ts-ignore: decorator
@inline function straightened(samples: v128): u32 {
  const alpha = i32x4.extract_lane(samples, 3)
  if (alpha >= 255 * 256) return packed(samples)
  if (alpha < 128) return 0
  const scaled = f32x4.mul(f32x4.convert_i32x4_s(samples), f32x4.splat(<f32>(255 * 256) / <f32>alpha))
  return packed(i32x4.replace_lane(i32x4.trunc_sat_f32x4_s(scaled), 3, alpha))
}

/** Blur a row of straight pixels in place; it is left premultiplied, for {@link blurColumns}. */
export function blurRow(row: usize, width: i32, line: usize, spare: usize, radius: i32, edge: f32, whole: f32): void {
  const inner = line + (<usize>(PASSES * (radius + 1)) << 4)
  for (let x = 0; x < width; x++) {
    v128.store(inner + (<usize>x << 4), premultiplied(load<u32>(row + (<usize>x << 2))))
  }
  const result = blurLine(line, spare, width, radius, edge, whole)
  for (let x = 0; x < width; x++) store<u32>(row + (<usize>x << 2), packed(v128.load(result + (<usize>x << 4))))
}

/**
 * Blur up to 8 columns of premultiplied pixels in place; they become straight.
 * @param top    the topmost pixel of the leftmost column
 * @param stride bytes from row to row
 * @param lines  that many lines, one behind the other
 */
export function blurColumns(
  top: usize, columns: i32, height: i32, stride: i32, lines: usize, spare: usize, radius: i32, edge: f32, whole: f32,
): void {
  const margin = PASSES * (radius + 1)
  const lineBytes = <usize>(height + 2 * margin) << 4
  const inner = lines + (<usize>margin << 4)
  for (let y = 0; y < height; y++) {
    const from = top + <usize>y * <usize>stride
    const to = inner + (<usize>y << 4)
    for (let x = 0; x < columns; x++) {
      const bytes = v128.load32_zero(from + (<usize>x << 2))
      const samples = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes))
      v128.store(to + <usize>x * lineBytes, i32x4.shl(samples, 8))
    }
  }
  for (let x = 0; x < columns; x++) {
    const result = blurLine(lines + <usize>x * lineBytes, spare, height, radius, edge, whole)
    const to = top + (<usize>x << 2)
    for (let y = 0; y < height; y++) {
      store<u32>(to + <usize>y * <usize>stride, straightened(v128.load(result + (<usize>y << 4))))
    }
  }
}

/** Columns that {@link blurColumns} takes at once. */
export function blurStrip(): i32 {
  return STRIP
}
