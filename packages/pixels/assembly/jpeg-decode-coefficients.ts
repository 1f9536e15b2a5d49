// Kept coefficients of multi-scan frames → samples, one row of MCUs at a time.

import { BLOCK_ROOM, Component, component, FACTOR_BITS, MIDDLE, QUARTER_STEP_BYTES } from './jpeg-decode-component'
import { fill8, transform1, transform2, transform4, transform8 } from './jpeg-decode-idct'
import { nonzeroMask } from './jpeg-decode-nonzero'
import { allocate } from './memory'

const HALF: i32 = 1 << (FACTOR_BITS - 1)
/** Two blocks of dequantised coefficients. */
let room: usize = 0

export function initCoefficients(): void {
  room = allocate(2 * BLOCK_ROOM)
}

/** Samples of MCU columns [from, to) of MCU row `row` of the band into every component's band of samples. */
export function renderCoefficients(count: i32, row: i32, from: i32, to: i32): void {
  for (let i = 0; i < count; i++) {
    const it = component(i)
    for (let y = 0; y < it.v; y++) {
      const first = (row * it.v + y) * it.blocksWide + from * it.h
      const source = it.coefficients + <usize>first * <usize>it.blockBytes
      const target = it.band + <usize>(y * it.size * it.stage.inputStride)
      renderRow(it, source, target, (to - from) * it.h)
    }
  }
}

function renderRow(it: Component, source: usize, target: usize, blocks: i32): void {
  const stride = <usize>it.stage.inputStride, size = <usize>it.size, scale = it.scale
  const bytes = <usize>it.blockBytes, steps = it.steps, block = room
  const dcFactor = load<i32>(steps, 4)
  if (scale == 3) {
    for (let i = 0; i < blocks; i++, source += bytes, target++) {
      transform1((((<i32>load<i16>(source) * dcFactor + HALF) >> FACTOR_BITS) + MIDDLE), target)
    }
    return
  }
  for (let i = 0; i < blocks; i++, source += bytes, target += size) {
    if (scale == 1) {
      dequantise(source, block, steps, 1)
      const hasPartner = i + 1 < blocks
      if (hasPartner) {
        source += bytes
        i++
        dequantise(source, block + 8, steps, 1)
      }
      transform4(block, target, hasPartner ? target + size : target, stride)
      if (hasPartner) target += size
    } else if (scale == 0) {
      if (dequantise(source, block, steps, 0)) transform8(block, target, stride)
      else fill8(<i32>load<i16>(block), target, stride)
    } else {
      transform2(sumCoefficients(source, steps), target, stride)
    }
  }
}

/** The four sums of a block at 1/4. */
// @ts-ignore: decorator
@inline function sumCoefficients(source: usize, steps: usize): v128 {
  let sums = i32x4.splat(0)
  for (let nonzero = nonzeroMask(source); nonzero; nonzero &= nonzero - 1) {
    const k = <usize>ctz(nonzero)
    const value = i32x4.splat(<i32>load<i16>(source + (k << 1)))
    sums = i32x4.add(sums, i32x4.mul(value, v128.load(steps + k * QUARTER_STEP_BYTES)))
  }
  return sums
}

/** Clear `block` and fill it from the kept coefficients. Returns whether any but the DC is nonzero. */
// @ts-ignore: decorator
@inline function dequantise(source: usize, block: usize, steps: usize, scale: i32): bool {
  const none = i64x2.splat(0)
  if (scale == 0) {
    for (let at: usize = 0; at < 128; at += 16) v128.store(block + at, none)
  } else {
    store<u64>(block, 0)
    store<u64>(block, 0, 16)
    store<u64>(block, 0, 32)
    store<u64>(block, 0, 48)
  }
  const dc = <i32>load<i16>(source)
  store<i16>(block, <i16>(((dc * load<i32>(steps, 4) + HALF) >> FACTOR_BITS) + MIDDLE))
  let nonzero = nonzeroMask(source) & ~1
  const any = nonzero != 0
  for (; nonzero; nonzero &= nonzero - 1) {
    const k = <usize>ctz(nonzero)
    const step = steps + (k << 3)
    const place = block + <usize>load<i32>(step)
    const scaled = (<i32>load<i16>(source + (k << 1)) * load<i32>(step, 4) + HALF) >> FACTOR_BITS
    store<i16>(place, <i16>(<i32>load<i16>(place) + scaled))
  }
  return any
}
