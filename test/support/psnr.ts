/** Peak signal-to-noise ratio, dB, over all bytes of two pictures of the same layout. */
export function psnr(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) throw new Error(`Pictures differ in size: ${a.length} and ${b.length} bytes`)
  let squares = 0
  for (let i = 0; i < a.length; i++) squares += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2
  return squares === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10(255 ** 2 / (squares / a.length))
}
