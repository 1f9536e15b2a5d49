/** What a box is made of: bytes, numbers of 8 bits, or ASCII text. */
export type Part = Uint8Array | readonly number[] | string

/** Size (32 bits) and type of a box. */
export const BOX_HEAD_BYTES = 8

/** A big-endian number of 16 bits. */
export const u16 = (value: number): number[] => [(value >> 8) & 0xff, value & 0xff]

/** A big-endian number of 32 bits. */
export const u32 = (value: number): number[] => [
  value >>> 24,
  (value >> 16) & 0xff,
  (value >> 8) & 0xff,
  value & 0xff,
]

/** An ISO media box (ISO 14496-12, 4.2): size with its head, type, payload. Its parts are copied. */
export function box(type: string, ...parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  const length = parts.reduce((sum, part) => sum + part.length, BOX_HEAD_BYTES)
  return joinParts([u32(length), type, ...parts])
}

/** A box whose payload begins with a version (8 bits) and flags (24 bits). */
export const fullBox = (type: string, version: number, flags: number, ...parts: readonly Part[]) =>
  box(type, u32(version * 2 ** 24 + flags), ...parts)

/** Everything in one exactly packed piece. */
export function joinParts(parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    if (typeof part === 'string') for (let i = 0; i < part.length; i++) whole[at + i] = part.charCodeAt(i)
    else whole.set(part, at)
    at += part.length
  }
  return whole
}
