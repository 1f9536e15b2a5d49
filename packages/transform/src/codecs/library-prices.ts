export const MB = 1e6

/** Emscripten modules begin with 16 MiB and their static data, whatever they are given to do. */
export const EMPTY_HEAP_BYTES = 17.2 * MB

export const atLeastEmpty = (bytes: number): number => Math.max(EMPTY_HEAP_BYTES, Math.ceil(bytes))
