// A bump allocator over linear memory: one instance serves one job and is dropped whole, so nothing is ever freed.

let top: usize = __heap_base

/** Reserve `size` bytes, 16-byte aligned and zeroed. Views on the JavaScript side must be taken anew afterwards. */
export function allocate(size: usize): usize {
  const start = (top + 15) & ~15
  top = start + size
  const missing = i32((top + 0xffff) >>> 16) - memory.size()
  if (missing > 0 && memory.grow(missing) < 0) unreachable()
  return start
}

/** Bytes of linear memory in use, static data included. */
export function heapBytes(): usize {
  return top
}
