// A palette of at most 256 colours for a picture that has more, and its pixels mapped to it.
//
// Colours are four-dimensional: premultiplied red, green, blue, and alpha, so that what cannot be seen does not count.
// A histogram, as fine as fits, is split where its error is largest, along the axis of most variance at the mean; two
// rounds of k-means move the colours to the middle of what they stand for; rows are dithered by error diffusion.
import { allocate } from './memory'

const SLOT_BITS: u32 = 16
const SLOTS: usize = 1 << SLOT_BITS
const MAX_BINS: u32 = 32767
const MAX_COLOURS: u32 = 256
/** Pixels looked at for the histogram, at most; all sums stay exact in floats' and integers' reach. */
const SAMPLES: usize = 1 << 20
const ROUNDS = 2
/** Share of the error that is passed on: a little less than all keeps flat areas clean and files small. */
const DIFFUSION: f32 = 0.75

/** Hash table from a colour's leading bits to bin + 1 while counting, to nearest colour + 1 while mapping. 0 is none. */
let slotKeys: usize = 0
let slotValues: usize = 0
/** Per bin 32 bytes: sum, then mean, of four floats; weight. */
let bins: usize = 0
let binCount: u32 = 0
/** Bins in the order of the boxes. */
let order: usize = 0
/** Per box 16 bytes: first place in `order`, count, error, axis of most variance. */
let boxes: usize = 0
let colourCount: u32 = 0
/** The colours' four channels, each an array of 256 floats; then sums of the same shape, with weights, for k-means. */
let channels: usize = 0
let sums: usize = 0
let entries: usize = 0
/** Error carried to the current and the next row: four floats a pixel, with a pixel to spare at each end. */
let errors: usize = 0
let nextErrors: usize = 0
let errorRoom: u32 = 0

/** Memory from `mark` on is given up. */
export function forgetQuantiser(mark: usize): void {
  if (slotKeys >= mark) bins = 0
  if (errors >= mark) errorRoom = 0
}

/**
 * Choose colours for `pixels` RGBA pixels.
 * @param target mean squared error per channel that is good enough; more colours than that takes are not used
 * @param most   colours at most, 1 to 256
 * @returns how many colours were chosen
 */
export function quantise(raster: usize, width: u32, height: u32, target: f32, most: u32 = MAX_COLOURS): u32 {
  reserveQuantiser(width)
  forgetDithering(width)
  let dropped: i32 = 0
  while (!countBins(raster, usize(width) * height, dropped)) dropped++
  averageBins()
  // Colours that all have a place are kept as they are.
  splitBoxes(dropped == 0 && binCount <= most ? 0 : target, most)
  for (let round = 0; round < ROUNDS; round++) refine()
  makeEntries()
  forgetNearest()
  return colourCount
}

/** Take the memory that rows of `width` pixels need, where it is not there. */
export function reserveQuantiser(width: u32): void {
  if (bins == 0) {
    slotKeys = allocate(SLOTS << 2)
    slotValues = allocate(SLOTS << 1)
    bins = allocate(MAX_BINS << 5)
    order = allocate(MAX_BINS << 1)
    boxes = allocate(MAX_COLOURS << 4)
    channels = allocate(MAX_COLOURS << 4)
    sums = allocate(MAX_COLOURS << 5)
    entries = allocate(MAX_COLOURS << 2)
  }
  if (width > errorRoom) {
    errorRoom = width
    errors = allocate((width + 2) << 4)
    nextErrors = allocate((width + 2) << 4)
  }
}

/** What `nearestEntry` remembers is given up; it must be when the fineness changes. */
export function forgetNearest(): void {
  memory.fill(slotValues, 0, SLOTS << 1)
}

/** Mean squared error per channel of the chosen colours, before dithering. */
export function quantisedError(): f32 {
  let error: f32 = 0
  let weight: f32 = 0
  for (let bin: u32 = 0; bin < binCount; bin++) {
    const record = bins + (bin << 5)
    const colour = v128.load(record)
    const distance = f32x4.sub(colour, getColour(nearest(colour)))
    const share = load<f32>(record, 16)
    error += laneSum(f32x4.mul(distance, distance)) * share
    weight += share
  }
  return error / (4 * weight)
}

/** A fresh start for {@link quantiseRow}, after rows that were only tried. */
export function forgetDithering(width: u32): void {
  memory.fill(errors, 0, (width + 2) << 4)
  memory.fill(nextErrors, 0, (width + 2) << 4)
}

/** RGBA entries, those that are not opaque first. */
export function quantisedColours(): usize {
  return entries
}

// @ts-ignore: decorator
@inline function premultiplied(colour: u32): v128 {
  const bytes = i32x4.replace_lane(i32x4.splat(0), 0, colour)
  const floats = f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes)))
  const alpha: f32 = f32(colour >>> 24) * (1.0 / 255.0)
  return f32x4.mul(floats, f32x4.replace_lane(f32x4.splat(alpha), 3, 1))
}

/** The channels without their `dropped` lowest bits, in one number. */
// @ts-ignore: decorator
@inline function keyOf(colour: v128, dropped: i32): u32 {
  const v = i32x4.shr_u(i32x4.trunc_sat_f32x4_s(f32x4.nearest(colour)), dropped)
  const narrow = i16x8.narrow_i32x4_s(v, v)
  return i32x4.extract_lane(i8x16.narrow_i16x8_u(narrow, narrow), 0)
}

// @ts-ignore: decorator
@inline function slotOf(key: u32): u32 {
  return (key * 0x9e3779b1) >>> (32 - SLOT_BITS)
}

/** @returns false when there are too many bins at this fineness */
function countBins(raster: usize, pixels: usize, dropped: i32): bool {
  memory.fill(slotValues, 0, SLOTS << 1)
  memory.fill(bins, 0, MAX_BINS << 5)
  binCount = 0
  const step = ((pixels + SAMPLES - 1) / SAMPLES) << 2
  const end = raster + (pixels << 2)
  for (let at = raster; at < end; at += step) {
    const colour = premultiplied(load<u32>(at))
    const key = keyOf(colour, dropped)
    let slot = slotOf(key)
    let bin: u32 = load<u16>(slotValues + (slot << 1))
    while (bin != 0 && load<u32>(slotKeys + (slot << 2)) != key) {
      slot = (slot + 1) & u32(SLOTS - 1)
      bin = load<u16>(slotValues + (slot << 1))
    }
    if (bin == 0) {
      if (binCount == MAX_BINS) return false
      bin = ++binCount
      store<u32>(slotKeys + (slot << 2), key)
      store<u16>(slotValues + (slot << 1), u16(bin))
    }
    const record = bins + ((bin - 1) << 5)
    v128.store(record, f32x4.add(v128.load(record), colour))
    store<f32>(record, load<f32>(record, 16) + 1, 16)
  }
  return true
}

function averageBins(): void {
  for (let bin: u32 = 0; bin < binCount; bin++) {
    const record = bins + (bin << 5)
    v128.store(record, f32x4.div(v128.load(record), f32x4.splat(load<f32>(record, 16))))
    store<u16>(order + (bin << 1), u16(bin))
  }
}

// @ts-ignore: decorator
@inline function binAt(place: u32): usize {
  return bins + (usize(load<u16>(order + (place << 1))) << 5)
}

// @ts-ignore: decorator
@inline function laneSum(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3)
  )
}

/** Weighted mean of the bins at `count` places from `first`. */
function meanOf(first: u32, count: u32): v128 {
  let sum = f32x4.splat(0)
  let weight: f32 = 0
  for (let place = first; place < first + count; place++) {
    const bin = binAt(place)
    const share = load<f32>(bin, 16)
    sum = f32x4.add(sum, f32x4.mul(v128.load(bin), f32x4.splat(share)))
    weight += share
  }
  return f32x4.div(sum, f32x4.splat(weight))
}

/** Make places `first` and on a box, and measure it. */
function setBox(index: u32, first: u32, count: u32): void {
  const mean = meanOf(first, count)
  let squares = f32x4.splat(0)
  for (let place = first; place < first + count; place++) {
    const bin = binAt(place)
    const distance = f32x4.sub(v128.load(bin), mean)
    squares = f32x4.add(squares, f32x4.mul(f32x4.mul(distance, distance), f32x4.splat(load<f32>(bin, 16))))
  }
  let axis: u32 = 0
  let most = f32x4.extract_lane(squares, 0)
  if (f32x4.extract_lane(squares, 1) > most) {
    axis = 1
    most = f32x4.extract_lane(squares, 1)
  }
  if (f32x4.extract_lane(squares, 2) > most) {
    axis = 2
    most = f32x4.extract_lane(squares, 2)
  }
  if (f32x4.extract_lane(squares, 3) > most) axis = 3
  const box = boxes + (index << 4)
  store<u32>(box, first)
  store<u32>(box, count, 4)
  store<f32>(box, count > 1 ? laneSum(squares) : 0, 8)
  store<u32>(box, axis, 12)
}

function splitBoxes(target: f32, most: u32): void {
  let weight: f32 = 0
  for (let bin: u32 = 0; bin < binCount; bin++) weight += load<f32>(bins + (bin << 5), 16)
  const enough = target * 4 * weight
  setBox(0, 0, binCount)
  colourCount = 1
  while (colourCount < most) {
    let worst: u32 = 0
    let error: f32 = 0
    let total: f32 = 0
    for (let index: u32 = 0; index < colourCount; index++) {
      const own = load<f32>(boxes + (index << 4), 8)
      total += own
      if (own > error) {
        error = own
        worst = index
      }
    }
    if (error <= 0 || total <= enough) break
    splitBox(worst)
  }
  for (let index: u32 = 0; index < colourCount; index++) {
    const box = boxes + (index << 4)
    setColour(index, meanOf(load<u32>(box), load<u32>(box, 4)))
  }
}

/** A vector in memory, for a lane that is only known at run time. */
const lanes = memory.data(16, 16)

/** Move the bins below the mean to the front; they stay, the others become a new box. */
function splitBox(index: u32): void {
  const box = boxes + (index << 4)
  const first = load<u32>(box)
  const count = load<u32>(box, 4)
  const axis = usize(load<u32>(box, 12)) << 2
  v128.store(lanes, meanOf(first, count))
  const mean = load<f32>(lanes + axis)
  let middle = first
  for (let place = first; place < first + count; place++) {
    if (load<f32>(binAt(place) + axis) >= mean) continue
    const bin = load<u16>(order + (place << 1))
    store<u16>(order + (place << 1), load<u16>(order + (middle << 1)))
    store<u16>(order + (middle++ << 1), bin)
  }
  if (middle == first || middle == first + count) {
    // The variance was only rounding.
    store<f32>(box, 0, 8)
    return
  }
  setBox(index, first, middle - first)
  setBox(colourCount++, middle, first + count - middle)
}

function setColour(index: u32, colour: v128): void {
  const at = channels + (index << 2)
  store<f32>(at, f32x4.extract_lane(colour, 0))
  store<f32>(at, f32x4.extract_lane(colour, 1), 1024)
  store<f32>(at, f32x4.extract_lane(colour, 2), 2048)
  store<f32>(at, f32x4.extract_lane(colour, 3), 3072)
}

/** A chosen colour: premultiplied red, green, blue, and alpha. */
export function getColour(index: u32): v128 {
  const at = channels + (index << 2)
  return f32x4(load<f32>(at), load<f32>(at, 1024), load<f32>(at, 2048), load<f32>(at, 3072))
}

/** The nearest colour, four compared at once. Places up to a multiple of four must be set, far away if unused. */
function nearest(colour: v128): u32 {
  const red = v128.shuffle<f32>(colour, colour, 0, 0, 0, 0)
  const green = v128.shuffle<f32>(colour, colour, 1, 1, 1, 1)
  const blue = v128.shuffle<f32>(colour, colour, 2, 2, 2, 2)
  const alpha = v128.shuffle<f32>(colour, colour, 3, 3, 3, 3)
  let least = f32x4.splat(f32.MAX_VALUE)
  let indexes = i32x4.splat(0)
  let index = i32x4(0, 1, 2, 3)
  const end = channels + (colourCount << 2)
  for (let at = channels; at < end; at += 16) {
    const r = f32x4.sub(v128.load(at), red)
    const g = f32x4.sub(v128.load(at, 1024), green)
    const b = f32x4.sub(v128.load(at, 2048), blue)
    const a = f32x4.sub(v128.load(at, 3072), alpha)
    const rg = f32x4.add(f32x4.mul(r, r), f32x4.mul(g, g))
    const distance = f32x4.add(rg, f32x4.add(f32x4.mul(b, b), f32x4.mul(a, a)))
    const closer = f32x4.lt(distance, least)
    least = v128.bitselect(distance, least, closer)
    indexes = v128.bitselect(index, indexes, closer)
    index = i32x4.add(index, i32x4.splat(4))
  }
  let best = f32x4.extract_lane(least, 0)
  let found = i32x4.extract_lane(indexes, 0)
  if (f32x4.extract_lane(least, 1) < best) {
    best = f32x4.extract_lane(least, 1)
    found = i32x4.extract_lane(indexes, 1)
  }
  if (f32x4.extract_lane(least, 2) < best) {
    best = f32x4.extract_lane(least, 2)
    found = i32x4.extract_lane(indexes, 2)
  }
  if (f32x4.extract_lane(least, 3) < best) found = i32x4.extract_lane(indexes, 3)
  return found
}

function padColours(): void {
  for (let index = colourCount; index & 3; index++) setColour(index, f32x4.splat(1e9))
}

/** One round of k-means over the bins. */
function refine(): void {
  padColours()
  memory.fill(sums, 0, MAX_COLOURS << 5)
  for (let bin: u32 = 0; bin < binCount; bin++) {
    const record = bins + (bin << 5)
    const weight = load<f32>(record, 16)
    const sum = sums + (nearest(v128.load(record)) << 5)
    v128.store(sum, f32x4.add(v128.load(sum), f32x4.mul(v128.load(record), f32x4.splat(weight))))
    store<f32>(sum, load<f32>(sum, 16) + weight, 16)
  }
  for (let index: u32 = 0; index < colourCount; index++) {
    const sum = sums + (index << 5)
    const weight = load<f32>(sum, 16)
    if (weight > 0) setColour(index, f32x4.div(v128.load(sum), f32x4.splat(weight)))
  }
}

/** Round the colours to straight RGBA, transparent ones first, and take the rounded ones for the mapping. */
function makeEntries(): void {
  let front: u32 = 0
  for (let index: u32 = 0; index < colourCount; index++) {
    const entry = straight(getColour(index))
    if (entry >>> 24 == 255) {
      store<u32>(entries + (index << 2), entry)
    } else {
      store<u32>(entries + (index << 2), load<u32>(entries + (front << 2)))
      store<u32>(entries + (front++ << 2), entry)
    }
  }
  for (let index: u32 = 0; index < colourCount; index++) setColour(index, premultiplied(load<u32>(entries + (index << 2))))
  padColours()
}

function straight(colour: v128): u32 {
  const alpha = f32x4.extract_lane(colour, 3)
  if (alpha < 0.5) return 0
  const scaled = f32x4.replace_lane(f32x4.mul(colour, f32x4.splat(<f32>255 / alpha)), 3, alpha)
  const rounded = i32x4.trunc_sat_f32x4_s(f32x4.nearest(scaled))
  const narrow = i16x8.narrow_i32x4_s(rounded, rounded)
  return i32x4.extract_lane(i8x16.narrow_i16x8_u(narrow, narrow), 0)
}

/** Map and dither one row, packed at 1, 2, 4 or 8 bits. Rows must come in order, each once. */
export function quantiseRow(to: usize, from: usize, width: u32, depth: u32): void {
  let carried = f32x4.splat(0)
  const low = f32x4.splat(0)
  const high = f32x4.splat(255)
  let below = nextErrors
  let above = errors + 16
  memory.fill(nextErrors, 0, (width + 2) << 4)
  let packed: u32 = 0
  let shift: i32 = 8 - depth
  for (let x: u32 = 0; x < width; x++) {
    const pixel = load<u32>(from + (x << 2))
    // What cannot be seen takes no error, and passes none on.
    const isClear = pixel >>> 24 == 0
    const ideal = isClear ? low : f32x4.add(premultiplied(pixel), f32x4.add(v128.load(above), carried))
    const wanted = f32x4.min(high, f32x4.max(low, ideal))
    const index = lookUp(wanted)
    const error = isClear ? low : f32x4.mul(f32x4.sub(wanted, getColour(index)), f32x4.splat(DIFFUSION / 16))
    carried = f32x4.mul(error, f32x4.splat(7))
    v128.store(below, f32x4.add(v128.load(below), f32x4.mul(error, f32x4.splat(3))))
    v128.store(below, f32x4.add(v128.load(below, 16), f32x4.mul(error, f32x4.splat(5))), 16)
    v128.store(below, error, 32)
    below += 16
    above += 16
    packed |= index << shift
    shift -= depth
    if (shift < 0) {
      store<u8>(to++, u8(packed))
      packed = 0
      shift = 8 - depth
    }
  }
  if (shift != 8 - <i32>depth) store<u8>(to, u8(packed))
  const spare = errors
  errors = nextErrors
  nextErrors = spare
}

/** Nearest colour, remembered for colours that agree in seven bits a channel. */
function lookUp(colour: v128): u32 {
  return nearestEntry(colour, 1)
}

/** Nearest colour of those chosen last, remembered for colours that agree but for their `dropped` lowest bits. */
// @ts-ignore: decorator
@inline export function nearestEntry(colour: v128, dropped: i32): u32 {
  const key = keyOf(colour, dropped)
  const slot = slotOf(key)
  const known: u32 = load<u16>(slotValues + (slot << 1))
  if (known != 0 && load<u32>(slotKeys + (slot << 2)) == key) return known - 1
  const index = nearest(colour)
  store<u32>(slotKeys + (slot << 2), key)
  store<u16>(slotValues + (slot << 1), u16(index + 1))
  return index
}
