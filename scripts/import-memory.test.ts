import { describe, expect, it } from 'vitest'
import { importMemory } from './import-memory.ts'

/** A module in its bytes: a memory of 2 to 9 pages, `read(at)`, a byte at address 16. `imports` as its section, if any. */
function module(imports: readonly number[] = [], functionIndex = 0, limits: readonly number[] = [1, 2, 9]) {
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...[1, 6, 1, 0x60, 1, 0x7f, 1, 0x7f], // type: i32 → i32
    ...imports,
    ...[3, 2, 1, 0], // one function of that type
    ...[5, 1 + limits.length, 1, ...limits],
    ...[7, 12, 2, 1, 0x6d, 2, 0, 4, ...text('read'), 0, functionIndex], // exports: m, read
    ...[10, 9, 1, 7, 0, 0x20, 0, 0x2d, 0, 0, 0x0b], // local.get 0; i32.load8_u
    ...[11, 7, 1, 0, 0x41, 16, 0x0b, 1, 77], // data: 77 at 16
  ])
}
const text = (name: string) => Array.from(name, (letter) => letter.charCodeAt(0))
/** One imported function: `a.b`. */
const IMPORTS = [2, 7, 1, 1, 0x61, 1, 0x62, 0, 0]

interface Exports {
  readonly m: WebAssembly.Memory
  read(at: number): number
}

function start(wasm: Uint8Array, memory: WebAssembly.Memory): Exports {
  const compiled = new WebAssembly.Module(wasm as Uint8Array<ArrayBuffer>)
  const instance = new WebAssembly.Instance(compiled, { env: { memory }, a: { b: () => 5 } })
  return instance.exports as unknown as Exports
}

describe('a module whose memory is imported', () => {
  it.each([
    ['without imports', module()],
    ['with imports', module(IMPORTS, 1)],
  ])('%s works on what it is given, and still exports it', (_, wasm) => {
    const { wasm: rewritten, limits } = importMemory(wasm)
    expect(limits).toEqual({ initialPages: 2, maximumPages: 9 })
    const memory = new WebAssembly.Memory({ initial: 3, maximum: 9 })
    new Uint8Array(memory.buffer)[100] = 42
    const exports = start(rewritten, memory)
    expect(exports.m).toBe(memory)
    expect([exports.read(100), exports.read(16), exports.read(17)]).toEqual([42, 77, 0])
  })

  it('asks for at least what it declared, or what is said', () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 9 })
    expect(() => start(importMemory(module()).wasm, memory)).toThrow(WebAssembly.LinkError)
    expect(start(importMemory(module(), 1).wasm, memory).read(16)).toBe(77)
  })

  it('does not get a memory that may grow further', () => {
    const memory = new WebAssembly.Memory({ initial: 2, maximum: 10 })
    expect(() => start(importMemory(module()).wasm, memory)).toThrow(WebAssembly.LinkError)
  })

  it('keeps sizes that take several bytes', () => {
    const { limits, wasm } = importMemory(module([], 0, [1, 0x80, 2, 0x80, 0x80, 2]))
    expect(limits).toEqual({ initialPages: 256, maximumPages: 32_768 })
    const memory = new WebAssembly.Memory({ initial: 256, maximum: 32_768 })
    expect(start(wasm, memory).read(16)).toBe(77)
  })
})

it.each([
  ['has no memory of its own', Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])],
  ['no WebAssembly module', Uint8Array.from([1, 2, 3])],
  ['one plain 32-bit memory', module([], 0, [3, 2, 9])],
  ['cut short', module().subarray(0, 30)],
])('is refused: %s', (reason, wasm) => {
  expect(() => importMemory(wasm)).toThrow(reason)
})
