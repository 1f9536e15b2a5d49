const SECTION_TYPE = 1
const SECTION_IMPORT = 2
const SECTION_MEMORY = 5
const KIND_MEMORY = 2
const HEADER_BYTES = 8

/** Size of a memory, pages of 64 KiB. */
export interface MemoryLimits {
  readonly initialPages: number
  readonly maximumPages: number | null
}

interface Section {
  readonly id: number
  readonly body: Uint8Array
}

/**
 * The same WebAssembly module, with its memory imported as `env.memory` instead of made by each instance; whatever it
 * exported its memory as, it still does. (WebAssembly Core 2.0, 5.5: sections in the order of their ids, custom ones
 * anywhere; the only memory has index 0, imported or not, so nothing else changes.)
 * @param initialPages what the module asks for at least; absent: what it declared
 * @throws Error for a module without a memory of its own, or with a shared or 64-bit one
 */
export function importMemory(
  wasm: Uint8Array,
  initialPages?: number,
): { readonly wasm: Uint8Array; readonly limits: MemoryLimits } {
  const sections = readSections(wasm)
  const memory = sections.find(({ id }) => id === SECTION_MEMORY)
  if (memory === undefined) throw new Error('The module has no memory of its own')
  const declared = readLimits(memory.body)
  const limits = { ...declared, initialPages: initialPages ?? declared.initialPages }
  const entry = [...text('env'), ...text('memory'), KIND_MEMORY, ...formatLimits(limits)]

  const imports = sections.find(({ id }) => id === SECTION_IMPORT)
  const known = imports === undefined ? { value: 0, end: 0 } : readNumber(imports.body, 0)
  const body = [...number(known.value + 1), ...(imports?.body.subarray(known.end) ?? []), ...entry]
  const extended = { id: SECTION_IMPORT, body: Uint8Array.from(body) }
  const rewritten = sections.flatMap((section) => {
    if (section === memory) return []
    if (section === imports) return [extended]
    return section.id === SECTION_TYPE && imports === undefined ? [section, extended] : [section]
  })
  if (!rewritten.includes(extended)) rewritten.unshift(extended)
  return { wasm: join([wasm.subarray(0, HEADER_BYTES), ...rewritten.map(formatSection)]), limits }
}

/** Sections side by side: id (8 bits), length (LEB128), body. */
function readSections(wasm: Uint8Array): Section[] {
  const magic = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]
  if (!magic.every((byte, i) => wasm[i] === byte)) throw new Error('This is no WebAssembly module')
  const sections: Section[] = []
  for (let at = HEADER_BYTES; at < wasm.length; ) {
    const id = wasm[at] as number
    const { value, end } = readNumber(wasm, at + 1)
    if (end + value > wasm.length) throw new Error('A section is cut short')
    sections.push({ id, body: wasm.subarray(end, end + value) })
    at = end + value
  }
  return sections
}

/** A count of memories, then flags (1: there is a maximum), the initial size and the maximum, pages. */
function readLimits(body: Uint8Array): MemoryLimits {
  const flags = body[1] as number
  if (body[0] !== 1 || flags > 1) throw new Error('Only one plain 32-bit memory can be imported')
  const initial = readNumber(body, 2)
  const maximumPages = flags === 1 ? readNumber(body, initial.end).value : null
  return { initialPages: initial.value, maximumPages }
}

const formatLimits = ({ initialPages, maximumPages }: MemoryLimits): number[] =>
  maximumPages === null ? [0, ...number(initialPages)] : [1, ...number(initialPages), ...number(maximumPages)]

const formatSection = ({ id, body }: Section): Uint8Array =>
  join([Uint8Array.from([id, ...number(body.length)]), body])

/** An unsigned number of up to 32 bits in LEB128: 7 bits a byte, the lowest first; the highest bit says "more". */
function readNumber(bytes: Uint8Array, from: number): { value: number; end: number } {
  let value = 0
  for (let at = from, scale = 1; at < from + 5; at++, scale *= 128) {
    const byte = bytes[at]
    if (byte === undefined) throw new Error('A number is cut short')
    value += (byte & 0x7f) * scale
    if (byte < 0x80) return { value, end: at + 1 }
  }
  throw new Error('A number is too long')
}

function number(value: number): number[] {
  const bytes: number[] = []
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return [...bytes, left]
    bytes.push((left % 128) + 128)
  }
}

const text = (name: string): number[] => [name.length, ...Array.from(name, (letter) => letter.charCodeAt(0))]

function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
