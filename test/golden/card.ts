import sharp from 'sharp'

/** The pictures that goldens are made of, drawn so that every side, corner and shade of transparency can be told apart. */
export const CARDS = {
  /** Opaque: ramps in red and green, a dark frame on the left, a white square right of the middle. */
  opaque: () =>
    draw(120, 80, (x, y) => {
      if (x < 10) return [20, 20, 60, 255]
      if (x >= 70 && x < 90 && y >= 30 && y < 50) return [255, 255, 255, 255]
      return [x * 2, y * 3, 128, 255]
    }),
  /** A disc whose edge fades out, over nothing; the upper left quarter is half transparent. */
  disc: () =>
    draw(120, 80, (x, y) => {
      const away = Math.hypot(x - 60, y - 40)
      const alpha = Math.max(0, Math.min(255, (36 - away) * 40))
      return [220, x * 2, y * 3, x < 60 && y < 40 ? alpha / 2 : alpha]
    }),
  /** A ramp within a white frame of four widths, of which one px is nearly white. */
  framed: () =>
    draw(120, 80, (x, y) => {
      if (x >= 21 && x < 100 && y >= 13 && y < 70) return [x * 2, y * 3, 60, 255]
      return x === 4 && y === 4 ? [250, 252, 255, 255] : [255, 255, 255, 255]
    }),
  /** Calm grey, and a white square of 20x20 right of the middle. */
  spot: () =>
    draw(120, 80, (x, y) =>
      x >= 70 && x < 90 && y >= 30 && y < 50 ? [255, 255, 255, 255] : [110, 115, 120, 255],
    ),
} as const

type Pixel = readonly [red: number, green: number, blue: number, alpha: number]

function draw(width: number, height: number, at: (x: number, y: number) => Pixel): Promise<Buffer> {
  const data = Buffer.alloc(width * height * 4)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.set(at(x, y).map(Math.round), (y * width + x) * 4)
  }
  return sharp(data, { raw: { width, height, channels: 4 } })
    .png()
    .toBuffer()
}
