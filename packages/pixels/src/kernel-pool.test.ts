import { describe, expect, it } from 'vitest'
import module from '../build/pixels.wasm?module'
import { createKernel, type Kernel } from './kernel.ts'
import { createKernelPool } from './kernel-pool.ts'
import { PixelError } from './pixel-error.ts'

const MB = 1e6
const wholeMemory = ({ exports }: Kernel): Uint8Array => new Uint8Array(exports.memory.buffer)

/** What a kernel's memory holds beyond what a kernel that did nothing has there. */
function leftovers(kernel: Kernel): number {
  const untouched = wholeMemory(createKernel(module))
  return wholeMemory(kernel).reduce((sum, byte, i) => sum + (byte === (untouched[i] ?? 0) ? 0 : 1), 0)
}

describe('kernels of a pool', () => {
  it('see nothing of the job before, wherever it wrote', () => {
    const pool = createKernelPool(module, { maxRetainedBytes: 4 * MB })
    const first = pool.start(MB)
    first.exports.allocate(900_000)
    const { memory } = first.exports
    wholeMemory(first).fill(0xa5)
    first.close()

    const second = pool.start(MB)
    expect(second.exports.memory).toBe(memory)
    expect(leftovers(second)).toBe(0)
    expect(second.exports.heapBytes()).toBe(createKernel(module).exports.heapBytes())
  })

  it('count what they took themselves, not what their memory had grown to', () => {
    const pool = createKernelPool(module, { maxRetainedBytes: 4 * MB })
    const first = pool.start(MB)
    first.exports.allocate(900_000)
    first.close()
    expect(first.peakBytes()).toBeGreaterThan(900_000)

    const second = pool.start(MB)
    expect(second.exports.memory.buffer.byteLength).toBeGreaterThan(900_000)
    expect(second.peakBytes()).toBeLessThan(100_000)
  })

  it('leave a memory alone that is larger than their price', () => {
    const pool = createKernelPool(module, { maxRetainedBytes: 4 * MB })
    const first = pool.start(MB)
    first.exports.allocate(900_000)
    first.close()
    expect(pool.start(0.5 * MB).exports.memory.buffer.byteLength).toBe(65_536)
    expect(pool.retainedBytes()).toBeGreaterThan(900_000)
    expect(pool.release(1)).toBeGreaterThan(900_000)
    expect(pool.retainedBytes()).toBe(0)
  })

  it('find the memory of a job of the same price, which has grown to whole pages', () => {
    const pool = createKernelPool(module, { maxRetainedBytes: 4 * MB })
    const sizeBytes = 700_000
    const start = () => {
      const kernel = pool.start(createKernel(module).exports.heapBytes() + sizeBytes + 16)
      kernel.exports.allocate(sizeBytes)
      return kernel
    }
    const first = start()
    const { memory } = first.exports
    first.close()
    expect(start().exports.memory).toBe(memory)
  })

  it('are of no use once closed', () => {
    const kernel = createKernelPool(module, { maxRetainedBytes: MB }).start(MB)
    const pointer = kernel.exports.allocate(16)
    const view = kernel.bytes(pointer, 16)
    kernel.close()
    kernel.close()
    expect(view).toHaveLength(0)
    expect(() => kernel.bytes(pointer, 16)).toThrow(PixelError)
    expect(() => kernel.exports.heapBytes()).toThrow(PixelError)
  })
})
