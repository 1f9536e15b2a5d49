// Adam7 (PNG specification, §8.2): seven passes, each a grid with its own first pixel and steps.
//
//   1 6 4 6 2 6 4 6
//   7 7 7 7 7 7 7 7
//   5 6 5 6 5 6 5 6
//   7 7 7 7 7 7 7 7
//   3 6 4 6 3 6 4 6
//   7 7 7 7 7 7 7 7
//   5 6 5 6 5 6 5 6
//   7 7 7 7 7 7 7 7

const PASS_X = memory.data<u8>([0, 4, 0, 2, 0, 1, 0])
const PASS_Y = memory.data<u8>([0, 0, 4, 0, 2, 0, 1])
const STEP_X = memory.data<u8>([8, 8, 4, 4, 2, 2, 1])
const STEP_Y = memory.data<u8>([8, 8, 8, 4, 4, 2, 2])

/** First column of pass 0 to 6. */
export function passX(pass: u32): u32 {
  return load<u8>(PASS_X + pass)
}

export function passY(pass: u32): u32 {
  return load<u8>(PASS_Y + pass)
}

export function stepX(pass: u32): u32 {
  return load<u8>(STEP_X + pass)
}

export function stepY(pass: u32): u32 {
  return load<u8>(STEP_Y + pass)
}

/** Columns (or rows) of a picture of `size` that a pass has. */
export function passCount(size: u32, first: u32, step: u32): u32 {
  return size > first ? (size - first + step - 1) / step : 0
}

/** Repeat the pixels of the first `passes` passes (1 to 6) over those that never came, so that a cut picture is coarse. */
export function fillHoles(raster: usize, width: u32, height: u32, passes: u32): void {
  const blockX: u32 = passes == 1 ? 8 : passes < 4 ? 4 : passes < 6 ? 2 : 1
  const blockY: u32 = passes < 3 ? 8 : passes < 5 ? 4 : 2
  const stride = usize(width) << 2
  for (let y: u32 = 0; y < height; y++) {
    const row = raster + usize(y) * stride
    const source = row - usize(y % blockY) * stride
    for (let x: u32 = 0; x < width; x++) store<u32>(row + (x << 2), load<u32>(source + ((x - (x % blockX)) << 2)))
  }
}
