// Copies within the output, which is how DEFLATE repeats itself.

/** For each period below 16: lane indices that spread it over a vector. */
const periodLanes = memory.data(256, 16)

export function buildPeriodLanes(): void {
  for (let period: usize = 1; period < 16; period++) {
    for (let lane: usize = 0; lane < 16; lane++) store<u8>(periodLanes + (period << 4) + lane, lane % period)
  }
}

/** Repeat `length` bytes from `distance` back. May write up to 31 bytes too many, which later output replaces. */
export function copyMatch(to: usize, distance: usize, length: usize): void {
  const end = to + length
  if (distance >= 16) {
    let from = to - distance
    do {
      v128.store(to, v128.load(from))
      to += 16
      from += 16
    } while (to < end)
    return
  }
  copyShortPeriod(to, distance, end)
}

/** A period below 16 bytes: spread it over a vector, then step by its largest multiple that fits. */
function copyShortPeriod(to: usize, distance: usize, end: usize): void {
  const pattern = i8x16.swizzle(v128.load(to - distance), v128.load(periodLanes + (distance << 4)))
  const stride: usize = 16 - (<usize>16 % distance)
  do {
    v128.store(to, pattern)
    to += stride
  } while (to < end)
}
