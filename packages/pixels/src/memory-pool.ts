/** What a {@link MemoryPool} lends, and how much it keeps. */
export interface MemoryPoolOptions {
  /** Size of a new memory, pages of 64 KiB: what the module that imports it declares as its minimum, or more. */
  readonly initialPages: number
  /** What the module declares as its maximum; absent where it declares none. */
  readonly maximumPages?: number
  /** Most bytes that lie idle in the pool, all memories together. A larger memory is dropped when it comes back. */
  readonly maxRetainedBytes: number
}

/** What whoever accounts for an isolate's memory needs of a pool. */
export interface RetainedMemory {
  /** Bytes of the idle memories, by the size they have grown to. */
  retainedBytes(): number
  /**
   * Drop idle memories, least recently used first, until at least `bytes` are given up or none is left.
   * @returns bytes given up. They are free once the engine collects them, which nothing here can hasten
   */
  release(bytes: number): number
}

/**
 * WebAssembly memories that were touched before. The first touch of a page costs far more than clearing it, and a
 * dropped memory is not collected in time, so memories are used again; instances are not. Decision:
 * `docs/decisions/0020-reuse-memories.md`.
 */
export interface MemoryPool extends RetainedMemory {
  /**
   * A memory whose every byte is zero: an idle one, else a new one. It is never waited for, because a cancelled request
   * gives nothing back.
   * @param limitBytes no idle memory larger than this is taken, so that a limit on growth stays one. A new memory has
   *   its initial size whatever the limit
   */
  take(limitBytes: number): WebAssembly.Memory
  /**
   * Take a memory back: every view on it is detached, and every byte cleared, before anyone else can get it. Whoever had
   * it must not run the instance on it any more, and takes off what it put on the object, such as a `grow` of its own.
   * What was not taken here, or came back before, is ignored.
   */
  giveBack(memory: WebAssembly.Memory): void
}

export function createMemoryPool(options: MemoryPoolOptions): MemoryPool {
  const { initialPages, maximumPages, maxRetainedBytes } = options
  /** Least recently used first. */
  const idle: WebAssembly.Memory[] = []
  /** Weak: what a cancelled request never gives back is collected with it. */
  const lent = new WeakSet<WebAssembly.Memory>()

  const retainedBytes = (): number => idle.reduce((sum, { buffer }) => sum + buffer.byteLength, 0)

  function release(bytes: number): number {
    let released = 0
    while (released < bytes) {
      const memory = idle.shift()
      if (memory === undefined) break
      released += memory.buffer.byteLength
    }
    return released
  }

  return {
    retainedBytes,
    release,
    take(limitBytes) {
      const memory = takeLargest(idle, limitBytes) ?? createMemory(initialPages, maximumPages)
      lent.add(memory)
      return memory
    },
    giveBack(memory) {
      if (!lent.delete(memory)) return
      if (memory.buffer.byteLength > maxRetainedBytes) return
      clear(memory)
      idle.push(memory)
      release(retainedBytes() - maxRetainedBytes)
    },
  }
}

const createMemory = (initial: number, maximum: number | undefined): WebAssembly.Memory =>
  new WebAssembly.Memory(maximum === undefined ? { initial } : { initial, maximum })

/** Remove and return the largest of `idle` that `limitBytes` allows, so that small jobs leave large memories alone. */
function takeLargest(idle: WebAssembly.Memory[], limitBytes: number): WebAssembly.Memory | undefined {
  let found = -1
  let foundBytes = 0
  idle.forEach(({ buffer: { byteLength } }, i) => {
    if (byteLength > limitBytes || byteLength < foundBytes) return
    found = i
    foundBytes = byteLength
  })
  return found < 0 ? undefined : idle.splice(found, 1)[0]
}

/** To the end, not to the end of what was allocated: vector code may store past that. */
function clear(memory: WebAssembly.Memory): void {
  // Growing by nothing detaches the buffer, and with it every view that a job may have kept.
  WebAssembly.Memory.prototype.grow.call(memory, 0)
  new Uint8Array(memory.buffer).fill(0)
}
