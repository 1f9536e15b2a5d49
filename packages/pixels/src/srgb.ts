/** IEC 61966-2-1: encoded sRGB value (0..1) of light; light outside 0..1 is clipped. */
export function linearToSrgb(light: number): number {
  if (!(light > 0)) return 0
  if (light >= 1) return 1
  return light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055
}

/** Three numbers: a colour, or a column of a matrix. */
export type Triple = readonly [number, number, number]

/** A 3x3 matrix in rows. */
export type Matrix3 = readonly [Triple, Triple, Triple]

/** sRGB's primaries adapted to D50, the white of ICC's connection space: columns red, green, blue; rows X, Y, Z. */
const SRGB_TO_XYZ_D50: Matrix3 = [
  [0.436066, 0.385147, 0.143066],
  [0.222488, 0.716873, 0.060608],
  [0.013916, 0.097076, 0.714096],
]

/** White of ICC's connection space, ICC.1:2022 7.2.16. */
export const D50: Triple = [0.9642, 1, 0.8249]

export const applyMatrix = (matrix: Matrix3, [x, y, z]: Triple): Triple => [
  matrix[0][0] * x + matrix[0][1] * y + matrix[0][2] * z,
  matrix[1][0] * x + matrix[1][1] * y + matrix[1][2] * z,
  matrix[2][0] * x + matrix[2][1] * y + matrix[2][2] * z,
]

/** The matrix that does what `second` and then `first` does. */
export function multiply(first: Matrix3, second: Matrix3): Matrix3 {
  const column = (i: 0 | 1 | 2): Triple => applyMatrix(first, [second[0][i], second[1][i], second[2][i]])
  const [x, y, z] = [column(0), column(1), column(2)]
  return [
    [x[0], y[0], z[0]],
    [x[1], y[1], z[1]],
    [x[2], y[2], z[2]],
  ]
}

export function invert([[a, b, c], [d, e, f], [g, h, i]]: Matrix3): Matrix3 {
  const cofactors = [e * i - f * h, f * g - d * i, d * h - e * g] as const
  const scale = 1 / (a * cofactors[0] + b * cofactors[1] + c * cofactors[2])
  return [
    [cofactors[0] * scale, (c * h - b * i) * scale, (b * f - c * e) * scale],
    [cofactors[1] * scale, (a * i - c * g) * scale, (c * d - a * f) * scale],
    [cofactors[2] * scale, (b * g - a * h) * scale, (a * e - b * d) * scale],
  ]
}

/** XYZ relative to D50 → linear sRGB. */
export const XYZ_D50_TO_LINEAR = invert(SRGB_TO_XYZ_D50)

/** CIE L*a*b* relative to D50 → XYZ. */
export function labToXyz([lightness, a, b]: Triple): Triple {
  const y = (lightness + 16) / 116
  const cube = (t: number) => (t > 6 / 29 ? t ** 3 : 3 * (6 / 29) ** 2 * (t - 4 / 29))
  return [D50[0] * cube(y + a / 500), D50[1] * cube(y), D50[2] * cube(y - b / 200)]
}
