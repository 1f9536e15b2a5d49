// Sizes of records and buffers, bytes, from which `src/` makes its prices. The build writes them to
// `build/kernel-layout.ts`, so that nobody copies a number.
import { BITS_BYTES, INPUT_BYTES } from './jpeg-decode-bits'
import { BLOCK_ROOM, Component, MOST_COMPONENTS, STEPS_BYTES } from './jpeg-decode-component'
import { TABLE_BYTES } from './jpeg-decode-huffman'
import { BLOCK_BYTES, MOST_BLOCKS } from './jpeg-decode-sequential'
import { Resizer } from './resize'
import { Axis, SPARE_POSITIONS, TAPS_HEADER } from './resize-axis'
import { Placement } from './resize-place'
import { ROW_SPARE, Stage } from './resize-stage'

export const AXIS_RECORD: i32 = <i32>offsetof<Axis>()
export const AXIS_TAPS_HEADER: i32 = <i32>TAPS_HEADER
export const AXIS_SPARE_POSITIONS: i32 = SPARE_POSITIONS
export const PLACEMENT_RECORD: i32 = <i32>offsetof<Placement>()
export const RESIZER_RECORD: i32 = <i32>offsetof<Resizer>()
export const STAGE_RECORD: i32 = <i32>offsetof<Stage>()
export const STAGE_ROW_SPARE: i32 = ROW_SPARE
export const JPEG_INPUT_BYTES: i32 = <i32>INPUT_BYTES
/** Input and stream without its stuffing. */
export const JPEG_BITS_BYTES: i32 = <i32>BITS_BYTES
export const JPEG_HUFFMAN_BYTES: i32 = 8 * <i32>TABLE_BYTES
export const JPEG_COMPONENTS_BYTES: i32 = MOST_COMPONENTS * ((<i32>offsetof<Component>() + 15) & ~15)
/** Of one component. */
export const JPEG_STEPS_BYTES: i32 = <i32>STEPS_BYTES
export const JPEG_BLOCKS_BYTES: i32 = MOST_BLOCKS * <i32>BLOCK_BYTES
export const JPEG_COEFFICIENTS_BYTES: i32 = (MOST_BLOCKS + 2) * <i32>BLOCK_ROOM
