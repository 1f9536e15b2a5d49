/** Numbers from 0 to `below` - 1, the same for the same seed (mulberry32). */
export function createRandom(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

/** Damage a file: a few changed bytes, a cut, a part removed, or a part repeated. */
export function mutate(bytes: Uint8Array, random: (below: number) => number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(bytes)
  const at = random(copy.length)
  const kind = random(6)
  if (kind === 0) return copy.slice(0, at)
  if (kind === 1) return join(copy.subarray(0, at), copy.subarray(at + 1 + random(64)))
  if (kind === 2) return join(copy.subarray(0, at), copy.subarray(Math.max(0, at - random(64))))
  for (let count = 1 + random(kind === 3 ? 1 : 12); count > 0; count--) {
    copy[random(copy.length)] = random(4) === 0 ? 255 : random(256)
  }
  return copy
}

function join(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(first.length + second.length)
  joined.set(first)
  joined.set(second, first.length)
  return joined
}
