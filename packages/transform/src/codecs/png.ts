import code from '@jsquash/png/codec/pkg/squoosh_png_bg.wasm?module'
import { ApiError } from '@tintype/core'
import type { Codec } from '../codec.ts'
import { decodeWholeAndResize } from '../decode-whole.ts'
import type { Raster } from '../raster.ts'

/** What the wasm-bindgen module exports. Its own glue keeps one instance for ever, and with it the largest heap. */
interface Exports {
  readonly memory: WebAssembly.Memory
  __wbindgen_malloc(sizeBytes: number, alignment: number): number
  __wbindgen_free(pointer: number, sizeBytes: number, alignment: number): void
  __wbindgen_add_to_stack_pointer(bytes: number): number
  decode(pointer: number, length: number): number
  encode(result: number, pointer: number, length: number, width: number, height: number, depth: number): void
}

/** The import by which the decoder hands over its pixels: (pointer, length, width, height). Its suffix is a hash. */
const TAKE_PIXELS = '__wbg_newwithownedu8clampedarrayandsh_'

interface Instance {
  readonly exports: Exports
  put(bytes: Uint8Array | Uint8ClampedArray): number
  pixels(): Raster | null
}

/** A fresh instance for one call; it takes less than a millisecond, since the code is compiled already. */
function start(): Instance {
  let taken: Raster | null = null
  const wbg: Record<string, (...values: number[]) => unknown> = {}
  for (const { name } of WebAssembly.Module.imports(code)) {
    wbg[name] = name.startsWith(TAKE_PIXELS)
      ? (pointer = 0, length = 0, width = 0, height = 0) => {
          const start = pointer >>> 0
          const data = new Uint8ClampedArray(
            exports.memory.buffer.slice(start, start + length) as ArrayBuffer,
          )
          taken = { width: width >>> 0, height: height >>> 0, data }
          return 0
        }
      : () => {
          throw new Error(name)
        }
  }
  const exports = new WebAssembly.Instance(code, { wbg }).exports as unknown as Exports
  return {
    exports,
    put(bytes) {
      const pointer = exports.__wbindgen_malloc(bytes.length, 1) >>> 0
      new Uint8Array(exports.memory.buffer).set(bytes, pointer)
      return pointer
    },
    pixels: () => taken,
  }
}

/** PNG through the `png` crate: all colour types and depths become RGBA8. Quality means nothing to it. */
export const pngCodec: Codec = {
  decodeAndResize: (body, source, plan) =>
    decodeWholeAndResize(body, source, plan, async (bytes) => {
      const instance = start()
      instance.exports.decode(instance.put(bytes), bytes.length)
      const picture = instance.pixels()
      if (picture === null) throw new Error('no pixels')
      return picture
    }),

  async encode({ width, height, data }) {
    try {
      const { exports, put } = start()
      const result = exports.__wbindgen_add_to_stack_pointer(-16) >>> 0
      exports.encode(result, put(data), data.length, width, height, 8)
      const [pointer = 0, length = 0] = new Uint32Array(exports.memory.buffer, result, 2)
      return new Uint8Array(exports.memory.buffer.slice(pointer, pointer + length) as ArrayBuffer)
    } catch (cause) {
      throw new ApiError('encodingFailed', undefined, { cause })
    }
  },
}
