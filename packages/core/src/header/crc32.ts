const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1
  return crc
})

/** CRC-32 of `bytes`, continuing from `crc` (0 to begin). Meant for small pieces; the pixel kernel does the large ones. */
export function crc32(bytes: Uint8Array, crc = 0): number {
  let value = ~crc
  for (const byte of bytes) value = (TABLE[(value ^ byte) & 0xff] as number) ^ (value >>> 8)
  return ~value >>> 0
}
