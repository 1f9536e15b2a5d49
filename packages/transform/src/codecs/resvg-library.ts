import resvgCode from '../../build/resvg.wasm?module'
import type { MemoryMeter } from '../memory-meter.ts'

/** The part of resvg's exports that is used; pointers and sizes are bytes of its memory. */
interface Exports {
  readonly memory: WebAssembly.Memory
  __wbg_resvg_free(drawing: number): void
  __wbindgen_add_to_stack_pointer(bytes: number): number
  __wbindgen_malloc(sizeBytes: number, alignment: number): number
  __wbindgen_exn_store(handle: number): void
  resvg_new(result: number, svg: number, options: number, optionsBytes: number, fonts: number): void
  resvg_render(result: number, drawing: number): void
  resvg_toString(result: number, drawing: number): void
  /** 0 where nothing is visible. */
  resvg_getBBox(drawing: number): number
  renderedimage_pixels(picture: number): number
  __wbg_get_bbox_x(box: number): number
  __wbg_get_bbox_y(box: number): number
  __wbg_get_bbox_width(box: number): number
  __wbg_get_bbox_height(box: number): number
}

/** What is visible of a drawing, px. */
export interface InkBox {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** resvg on one document. Everything that it gives lies in its memory, and is gone with it. */
export interface Drawing {
  /** RGBA, premultiplied, as large as the document says. A view on the library's memory. */
  render(): Uint8Array
  /** The document with text as paths, as SVG. */
  outline(): string
  /** null where nothing is visible. */
  inkBox(): InkBox | null
  /** Its memory is free for the next one of this instance. */
  close(): void
}

/** What the library is told of text. */
export interface Fonts {
  readonly files: readonly Uint8Array[]
}

/** What its module asks for at least, pages. `scripts/build-codecs.ts` */
const INITIAL_PAGES = 23
const PAGE_BYTES = 65_536
/** Values that the library's bindings know from the start stand at these handles. */
const KNOWN = [undefined, null, true, false] as const

/**
 * Run `work` with a fresh instance of resvg 2.6.2, whose memory cannot grow beyond a limit: the library grows it by itself,
 * so the limit is the memory's own, and a memory serves one job. docs/decisions/0046-resvg-draws.md
 * @param work must return nothing that lies in the library's memory
 * @throws Error for a document that it does not take, and when its memory is not enough
 */
export function withResvg<T>(
  limitBytes: number,
  meter: MemoryMeter,
  work: (open: (svg: Uint8Array, fonts: Fonts) => Drawing) => T,
): T {
  const maximum = Math.max(INITIAL_PAGES, Math.floor(limitBytes / PAGE_BYTES))
  const memory = new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum })
  try {
    return work(createBinding(memory))
  } finally {
    meter.hold(memory.buffer.byteLength)
  }
}

/** The calling convention of wasm-bindgen: objects of JavaScript go by handles, results are written to the stack. */
function createBinding(memory: WebAssembly.Memory): (svg: Uint8Array, fonts: Fonts) => Drawing {
  const handles: unknown[] = [...KNOWN]
  const handOut = (value: unknown): number => handles.push(value) - 1
  const at = (handle: number): unknown => handles[handle]
  const textAt = (pointer: number, sizeBytes: number): string =>
    new TextDecoder().decode(new Uint8Array(memory.buffer, pointer >>> 0, sizeBytes >>> 0))

  const wbg = {
    __wbg_new_28c511d9baebfa89: (pointer: number, size: number) => handOut(new Error(textAt(pointer, size))),
    __wbindgen_memory: () => handOut(memory),
    __wbg_buffer_12d079cc21e14bdb: (handle: number) => handOut((at(handle) as WebAssembly.Memory).buffer),
    __wbg_newwithbyteoffsetandlength_aa4a17c33a06e5cb: (handle: number, offset: number, length: number) =>
      handOut(new Uint8Array(at(handle) as ArrayBuffer, offset >>> 0, length >>> 0)),
    __wbindgen_object_drop_ref: (handle: number) => {
      if (handle >= KNOWN.length) handles[handle] = undefined
    },
    // Made to copy pixels out. They are read where they are, so this is the view itself.
    __wbg_new_63b92bc8671ed464: (handle: number) => {
      const value = at(handle)
      return handOut(value instanceof ArrayBuffer ? new Uint8Array(value) : value)
    },
    __wbg_values_839f3396d5aac002: (handle: number) => handOut((at(handle) as unknown[]).values()),
    __wbg_next_196c84450b364254: (handle: number) => handOut((at(handle) as Iterator<unknown>).next()),
    __wbg_done_298b57d23c0fc80c: (handle: number) => ((at(handle) as IteratorResult<unknown>).done ? 1 : 0),
    __wbg_value_d93c65011f51a456: (handle: number) => handOut((at(handle) as IteratorResult<unknown>).value),
    __wbg_instanceof_Uint8Array_2b3bbecd033d19f6: (handle: number) =>
      at(handle) instanceof Uint8Array ? 1 : 0,
    // A document is always given as bytes.
    __wbindgen_string_get: (result: number) => {
      new DataView(memory.buffer).setInt32(result, 0, true)
    },
    __wbg_new_16b304a2cfa7ff4a: () => handOut([]),
    __wbindgen_string_new: (pointer: number, size: number) => handOut(textAt(pointer, size)),
    __wbg_push_a5b05aedc7234f9f: (list: number, value: number) => (at(list) as unknown[]).push(at(value)),
    __wbg_length_c20a40f15020d68a: (handle: number) => (at(handle) as Uint8Array).length,
    __wbg_set_a47bac70306a19a7: (target: number, source: number, offset: number) =>
      (at(target) as Uint8Array).set(at(source) as Uint8Array, offset >>> 0),
    __wbindgen_throw: (pointer: number, size: number) => {
      throw new Error(textAt(pointer, size))
    },
  }
  const resvg = new WebAssembly.Instance(resvgCode, { wbg, env: { memory } }).exports as unknown as Exports

  /** Call what writes a value, or an error, to the stack. */
  function call(work: (result: number) => void): number {
    const result = resvg.__wbindgen_add_to_stack_pointer(-16)
    try {
      work(result)
      const view = new DataView(memory.buffer)
      if (view.getInt32(result + 8, true) !== 0) throw at(view.getInt32(result + 4, true))
      return view.getInt32(result, true) >>> 0
    } finally {
      resvg.__wbindgen_add_to_stack_pointer(16)
    }
  }

  function passText(text: string): readonly [pointer: number, sizeBytes: number] {
    const bytes = new TextEncoder().encode(text)
    const pointer = resvg.__wbindgen_malloc(bytes.length, 1) >>> 0
    new Uint8Array(memory.buffer, pointer, bytes.length).set(bytes)
    return [pointer, bytes.length]
  }

  return (svg, { files }) => {
    const [options, optionsBytes] = passText(JSON.stringify({ font: { loadSystemFonts: false } }))
    const drawing = call((result) =>
      resvg.resvg_new(result, handOut(svg), options, optionsBytes, handOut([...files])),
    )
    return {
      render: () =>
        at(resvg.renderedimage_pixels(call((result) => resvg.resvg_render(result, drawing)))) as Uint8Array,
      outline() {
        const result = resvg.__wbindgen_add_to_stack_pointer(-16)
        try {
          resvg.resvg_toString(result, drawing)
          const view = new DataView(memory.buffer)
          return textAt(view.getInt32(result, true), view.getInt32(result + 4, true))
        } finally {
          resvg.__wbindgen_add_to_stack_pointer(16)
        }
      },
      close: () => resvg.__wbg_resvg_free(drawing),
      inkBox() {
        const box = resvg.resvg_getBBox(drawing)
        if (box === 0) return null
        return {
          x: resvg.__wbg_get_bbox_x(box),
          y: resvg.__wbg_get_bbox_y(box),
          width: resvg.__wbg_get_bbox_width(box),
          height: resvg.__wbg_get_bbox_height(box),
        }
      },
    }
  }
}
