/** What kind of JPEG to draw: sampling and structure that no common encoder offers. */
export interface DrawnJpeg {
  readonly width: number
  readonly height: number
  /** Sampling factors [h, v] of each component. */
  readonly factors: readonly (readonly [number, number])[]
  /** Component ids. Default 1, 2, 3, 4. */
  readonly ids?: readonly number[]
  /** Colour transform of an Adobe marker; none by default. */
  readonly adobe?: number
  readonly restartInterval?: number
  /** One scan per component instead of one for all. */
  readonly isSplit?: boolean
  /** Quantisation steps of 16 bits instead of 8. */
  readonly isWide?: boolean
  /** Sample (0–255) of a component at a place of the full picture, px. Default: waves and an edge. */
  readonly sample?: (component: number, x: number, y: number) => number
}

const ZIGZAG = [
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7,
  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46,
  53, 60, 61, 54, 47, 55, 62, 63,
]
const STEP = 3

const waves = (component: number, x: number, y: number): number =>
  128 + 70 * Math.sin(x / (7 + component) + y / 19) + (x > 2 * y ? 30 : -30)

/** Encode a drawing as baseline JPEG, with plain tables: every DC code has 4 bits, every AC code 8. */
export function drawJpeg(options: DrawnJpeg): Uint8Array<ArrayBuffer> {
  const { width, height, factors, ids = [1, 2, 3, 4], sample = waves, restartInterval = 0 } = options
  const hMax = Math.max(...factors.map(([h]) => h))
  const vMax = Math.max(...factors.map(([, v]) => v))
  const bytes: number[] = []
  const word = (value: number) => bytes.push(value >> 8, value & 255)
  const segment = (marker: number, body: readonly number[]) => {
    bytes.push(0xff, marker)
    word(body.length + 2)
    bytes.push(...body)
  }
  bytes.push(0xff, 0xd8)
  if (options.adobe !== undefined) {
    segment(0xee, [...'Adobe'].map((c) => c.charCodeAt(0)).concat([0, 100, 0, 0, 0, 0, options.adobe]))
  }
  segment(0xdb, options.isWide ? [0x10, ...Array(64).fill([0, STEP]).flat()] : [0, ...Array(64).fill(STEP)])
  const shape = factors.flatMap(([h, v], i) => [ids[i] as number, (h << 4) | v, 0])
  segment(0xc0, [8, height >> 8, height & 255, width >> 8, width & 255, factors.length, ...shape])
  segment(0xc4, [0, 0, 0, 0, 12, ...Array(12).fill(0), ...Array(12).keys()])
  const acSymbols = Array.from({ length: 256 }, (_, i) => i).filter((s) => (s & 15) > 0 && (s & 15) < 11)
  acSymbols.push(0, 0xf0)
  segment(0xc4, [0x10, ...Array(7).fill(0), acSymbols.length, ...Array(8).fill(0), ...acSymbols])
  if (restartInterval) segment(0xdd, [restartInterval >> 8, restartInterval & 255])

  const all = factors.map((_, i) => i)
  for (const scan of options.isSplit ? all.map((i) => [i]) : [all]) {
    segment(0xda, [scan.length, ...scan.flatMap((i) => [ids[i] as number, 0]), 0, 63, 0])
    writeScan(bytes, options, scan, { hMax, vMax, sample, acSymbols })
  }
  bytes.push(0xff, 0xd9)
  return new Uint8Array(bytes)
}

interface Shared {
  readonly hMax: number
  readonly vMax: number
  readonly sample: (component: number, x: number, y: number) => number
  readonly acSymbols: readonly number[]
}

function writeScan(bytes: number[], options: DrawnJpeg, scan: readonly number[], shared: Shared): void {
  const { width, height, factors, restartInterval = 0 } = options
  const { hMax, vMax, sample, acSymbols } = shared
  let held = 0
  let count = 0
  const put = (value: number, size: number) => {
    for (let i = size - 1; i >= 0; i--) {
      held = (held << 1) | ((value >> i) & 1)
      if (++count < 8) continue
      bytes.push(held)
      if (held === 0xff) bytes.push(0)
      held = count = 0
    }
  }
  const putValue = (value: number, size: number) => put(value < 0 ? value + (1 << size) - 1 : value, size)
  const sizeOf = (value: number) => 32 - Math.clz32(Math.abs(value))
  const codes = new Map(acSymbols.map((symbol, i) => [symbol, i]))
  const predictions = factors.map(() => 0)

  const writeBlock = (component: number, column: number, row: number) => {
    const [h, v] = factors[component] as readonly [number, number]
    const coefficients = transform((x, y) =>
      sample(component, ((column * 8 + x + 0.5) * hMax) / h, ((row * 8 + y + 0.5) * vMax) / v),
    )
    const difference = (coefficients[0] as number) - (predictions[component] as number)
    predictions[component] = coefficients[0] as number
    put(sizeOf(difference), 4)
    putValue(difference, sizeOf(difference))
    let zeros = 0
    for (let k = 1; k < 64; k++) {
      const value = coefficients[k] as number
      if (value === 0) {
        zeros++
        continue
      }
      for (; zeros > 15; zeros -= 16) put(codes.get(0xf0) as number, 8)
      put(codes.get((zeros << 4) | sizeOf(value)) as number, 8)
      putValue(value, sizeOf(value))
      zeros = 0
    }
    if (zeros) put(codes.get(0) as number, 8)
  }

  const [h0, v0] = factors[scan[0] as number] as readonly [number, number]
  const isAlone = scan.length === 1
  const unitsX = isAlone ? Math.ceil(Math.ceil((width * h0) / hMax) / 8) : Math.ceil(width / (8 * hMax))
  const unitsY = isAlone ? Math.ceil(Math.ceil((height * v0) / vMax) / 8) : Math.ceil(height / (8 * vMax))
  for (let unit = 0; unit < unitsX * unitsY; unit++) {
    if (restartInterval && unit && unit % restartInterval === 0) {
      if (count) put(0xff, 8 - count)
      bytes.push(0xff, 0xd0 + ((unit / restartInterval - 1) & 7))
      predictions.fill(0)
    }
    const [x, y] = [unit % unitsX, Math.floor(unit / unitsX)]
    for (const component of scan) {
      const [h, v] = isAlone ? [1, 1] : (factors[component] as readonly [number, number])
      for (let i = 0; i < h * v; i++) writeBlock(component, x * h + (i % h), y * v + Math.floor(i / h))
    }
  }
  if (count) put(0xff, 8 - count)
}

/** Quantised cosine transform of 8 × 8 samples, in zigzag order (T.81 A.3.3). */
function transform(sample: (x: number, y: number) => number): number[] {
  const shifted = Array.from({ length: 64 }, (_, i) => {
    return Math.min(255, Math.max(0, Math.round(sample(i & 7, i >> 3)))) - 128
  })
  const wave = (x: number, u: number) => Math.cos(((2 * x + 1) * u * Math.PI) / 16) * (u ? 1 : Math.SQRT1_2)
  const rows = shifted.map((_, i) => {
    let sum = 0
    for (let x = 0; x < 8; x++) sum += (shifted[(i & ~7) | x] as number) * wave(x, i & 7)
    return sum
  })
  return ZIGZAG.map((natural) => {
    let sum = 0
    for (let y = 0; y < 8; y++) sum += (rows[y * 8 + (natural & 7)] as number) * wave(y, natural >> 3)
    return Math.round(sum / 4 / STEP)
  })
}
