// Going back to a mark: memory above it is free again, and nobody may still use what they had there.
import { forgetBlocks } from './deflate-block'
import { forgetDeflate } from './deflate'
import { forgetLzwEncoder } from './gif-encode-lzw'
import { forgetLzw } from './gif-lzw'
import { forgetInflate } from './inflate'
import { dropAbove, heapBytes } from './memory'
import { forgetColours } from './png-colours'
import { forgetLines } from './png-encode'
import { forgetQuantiser } from './png-quantise'

/** A place to go back to. Marks are gone back to in reverse order. */
export function heapMark(): usize {
  return heapBytes()
}

/** Give up everything that was allocated since `mark`. What keeps working memory from one use to the next drops it. */
export function heapReset(mark: usize): void {
  dropAbove(mark)
  forgetBlocks(mark)
  forgetColours(mark)
  forgetDeflate(mark)
  forgetInflate(mark)
  forgetLines(mark)
  forgetLzw(mark)
  forgetLzwEncoder(mark)
  forgetQuantiser(mark)
}
