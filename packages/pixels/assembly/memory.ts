// A bump allocator over linear memory. One instance serves one job; what a part of it needs for a while is taken above a
// mark and given up by going back to it.

/** Vectors may store past the end of what was allocated, by up to this. */
const OVERSHOOT: usize = 64

let top: usize = __heap_base
/** The most that `top` ever was. */
let peak: usize = __heap_base
/** Bytes from here on were never used, and so are zero. */
let usedEnd: usize = __heap_base

/** Reserve `size` bytes, 16-byte aligned and zeroed. Views on the JavaScript side must be taken anew afterwards. */
export function allocate(size: usize): usize {
  const start = (top + 15) & ~15
  top = start + size
  const missing = i32((top + 0xffff) >>> 16) - memory.size()
  if (missing > 0 && memory.grow(missing) < 0) unreachable()
  if (start < usedEnd) memory.fill(start, 0, min(top, usedEnd) - start)
  return start
}

/** Bytes of linear memory in use, static data included. */
export function heapBytes(): usize {
  return top
}

/** The most that was in use so far. */
export function heapPeakBytes(): usize {
  return max(peak, top)
}

/** Give up everything above `mark`, an earlier answer of `heapBytes`. `arena.ts` tells those who keep pointers. */
export function dropAbove(mark: usize): void {
  peak = max(peak, top)
  usedEnd = min(max(usedEnd, top + OVERSHOOT), <usize>memory.size() << 16)
  top = mark
}
