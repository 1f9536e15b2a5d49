// The kernel's exports, one module per concern. Everything runs in one linear memory, one instance per job.
export { allocate, heapBytes } from './memory'
export { axisCreate } from './resize-axis'
export { resizerCreate, resizerEndRow, resizerFirstRow, resizerPush, resizerSkip } from './resize'
