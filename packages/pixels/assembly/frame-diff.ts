// What changes from one frame of an animation to the next: rasters of one size, RGBA8.

/** Box of the pixels that differ: left, top, right, bottom (exclusive); empty: all 0. */
const box = memory.data(16, 16)

/** Where `frameDiff` and `frameCleared` leave their box, four numbers of 32 bits. */
export function frameBox(): usize {
  return box
}

function setBox(left: u32, top: u32, right: u32, bottom: u32): void {
  store<u32>(box, left)
  store<u32>(box, top, 4)
  store<u32>(box, right, 8)
  store<u32>(box, bottom, 12)
}

/** Find the box of all pixels in which two rasters differ. @returns whether there are any */
export function frameDiff(a: usize, b: usize, width: u32, height: u32): bool {
  let left = width
  let right: u32 = 0
  let top = height
  let bottom: u32 = 0
  for (let y: u32 = 0; y < height; y++) {
    const first = firstDifference(a, b, width)
    if (first < width) {
      if (top == height) top = y
      bottom = y + 1
      left = min(left, first)
      right = max(right, lastDifference(a, b, width))
    }
    a += usize(width) << 2
    b += usize(width) << 2
  }
  if (bottom == 0) {
    setBox(0, 0, 0, 0)
    return false
  }
  setBox(left, top, right, bottom)
  return true
}

/** The first pixel of a row that differs; `width` where none does. */
function firstDifference(a: usize, b: usize, width: u32): u32 {
  let x: u32 = 0
  for (; x + 4 <= width; x += 4) {
    const at = usize(x) << 2
    if (v128.any_true(v128.xor(v128.load(a + at), v128.load(b + at)))) break
  }
  while (x < width && load<u32>(a + (usize(x) << 2)) == load<u32>(b + (usize(x) << 2))) x++
  return x
}

/** The place behind the last pixel of a row that differs. */
function lastDifference(a: usize, b: usize, width: u32): u32 {
  let x = width
  for (; x >= 4; x -= 4) {
    const at = usize(x - 4) << 2
    if (v128.any_true(v128.xor(v128.load(a + at), v128.load(b + at)))) break
  }
  while (x > 0 && load<u32>(a + (usize(x - 1) << 2)) == load<u32>(b + (usize(x - 1) << 2))) x--
  return x
}

/** Find the box of the pixels that are seen in `before` and not in `after`; alpha is 0 or 255. @returns whether there are any */
export function frameCleared(before: usize, after: usize, width: u32, height: u32): bool {
  let left = width
  let right: u32 = 0
  let top = height
  let bottom: u32 = 0
  for (let y: u32 = 0; y < height; y++) {
    for (let x: u32 = 0; x < width; x++) {
      if (load<u8>(before, 3) > load<u8>(after, 3)) {
        if (top == height) top = y
        bottom = y + 1
        left = min(left, x)
        right = max(right, x + 1)
      }
      before += 4
      after += 4
    }
  }
  if (bottom == 0) {
    setBox(0, 0, 0, 0)
    return false
  }
  setBox(left, top, right, bottom)
  return true
}

/** Copy a rectangle between rasters, each with its own bytes from row to row; from 0 clears it. */
export function frameCopy(to: usize, toStride: usize, from: usize, fromStride: usize, width: u32, height: u32): void {
  const bytes = usize(width) << 2
  for (let y: u32 = 0; y < height; y++) {
    if (from == 0) memory.fill(to, 0, bytes)
    else memory.copy(to, from, bytes)
    to += toStride
    if (from != 0) from += fromStride
  }
}

/** Make every pixel opaque or empty (transparent black), by whether its alpha is at least 128. */
export function frameHarden(raster: usize, pixels: usize): void {
  const end = raster + (pixels << 2)
  for (; raster < end; raster += 4) {
    const pixel = load<u32>(raster)
    const alpha = pixel >>> 24
    if (alpha == 255) continue
    store<u32>(raster, alpha < 128 ? 0 : pixel | 0xff000000)
  }
}
