const UNITS = ['bytes', 'kB', 'MB'] as const

/** `12.3 kB`: three digits, in thousands. */
export function formatBytes(sizeBytes: number): string {
  let [size, unit] = [sizeBytes, 0]
  while (size >= 1000 && unit < UNITS.length - 1) {
    size /= 1000
    unit += 1
  }
  return `${unit === 0 ? size : size.toPrecision(3)} ${UNITS[unit]}`
}

/** A part of another size in per cent, with a digit after the point where it is small. */
export function formatShare(sizeBytes: number, ofBytes: number): string {
  const share = (100 * sizeBytes) / ofBytes
  return `${share < 10 ? share.toFixed(1) : Math.round(share)} %`
}

/** `image/svg+xml` as `SVG`. */
export const formatMime = (mime: string): string =>
  mime.replace('image/', '').replace('+xml', '').replace('application/', '').toUpperCase()

export const formatSize = (width: number, height: number): string => `${width} × ${height} px`
