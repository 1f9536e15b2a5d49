export const MB = 1e6

/** Heaps that a codec needs whatever it is given to do: static data, stack, tables; what a pixel takes comes on top. */
export const BASE_HEAP_BYTES = {
  avifDecoder: 17.2 * MB,
  avifEncoder: 12 * MB,
  webpDecoder: 1 * MB,
  webpEncoder: 2 * MB,
} as const
