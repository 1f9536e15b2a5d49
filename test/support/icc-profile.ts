/** Big-endian numbers as bytes. */
const u16 = (...values: number[]) =>
  values.flatMap((value) => [(Math.round(value) >> 8) & 255, Math.round(value) & 255])
const u32 = (...values: number[]) => values.flatMap((value) => u16(value / 65536 - 0.5, value % 65536))
const s15Fixed16 = (...values: number[]) => u32(...values.map((value) => Math.round(value * 65536) >>> 0))
const ascii = (text: string) => [...text].map((letter) => letter.charCodeAt(0))
const padded = (bytes: number[]) => [...bytes, ...new Array((4 - (bytes.length % 4)) % 4).fill(0)]

/** Tag bodies, each with its type and four reserved bytes. */
export const iccTag = {
  xyz: (x: number, y: number, z: number) => [...ascii('XYZ '), ...u32(0), ...s15Fixed16(x, y, z)],
  /** No values: identity; one: a gamma, in 1/256; more: samples 0..65535. */
  curve: (...values: number[]) => [...ascii('curv'), ...u32(0, values.length), ...u16(...values)],
  parametric: (type: number, ...values: number[]) => [
    ...ascii('para'),
    ...u32(0),
    ...u16(type, 0),
    ...s15Fixed16(...values),
  ],
  /** lut8 (`width` 1) or lut16 (2): identity curves around a grid of `colourAt` in fractions of full scale. */
  table(width: 1 | 2, inputs: number, points: number, colourAt: (inks: number[]) => number[]) {
    const numbers = (values: number[]) =>
      width === 1
        ? values.map((value) => Math.round(value * 255))
        : u16(...values.map((value) => value * 65535))
    const ramp = Array.from({ length: 256 }, (_, index) => index / 255)
    return [
      ...ascii(width === 1 ? 'mft1' : 'mft2'),
      ...u32(0),
      ...[inputs, 3, points, 0],
      ...s15Fixed16(1, 0, 0, 0, 1, 0, 0, 0, 1),
      ...(width === 1 ? [] : u16(256, 256)),
      ...Array.from({ length: inputs }, () => numbers(ramp)).flat(),
      ...numbers(grid(inputs, points).flatMap(colourAt)),
      ...Array.from({ length: 3 }, () => numbers(ramp)).flat(),
    ]
  },
  /** `mAB ` with all its elements; the matrix is the identity. */
  elements(
    inputs: number,
    points: number,
    colourAt: (inks: number[]) => number[],
    curves: { a: number[]; m: number[]; b: number[] },
  ) {
    const repeated = (curve: number[], times: number) =>
      Array.from({ length: times }, () => padded(curve)).flat()
    const parts = [
      repeated(curves.b, 3),
      s15Fixed16(1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0),
      repeated(curves.m, 3),
      padded([
        ...Array.from({ length: 16 }, (_, index) => (index < inputs ? points : 0)),
        ...[2, 0, 0, 0],
        ...u16(...grid(inputs, points).flatMap((inks) => colourAt(inks).map((value) => value * 65535))),
      ]),
      repeated(curves.a, inputs),
    ]
    const offsets = parts.map((_, index) => 32 + parts.slice(0, index).flat().length)
    return [...ascii('mAB '), ...u32(0), ...[inputs, 3, 0, 0], ...u32(...offsets), ...parts.flat()]
  },
}

/** Every point of a grid as fractions, the last channel fastest. */
function grid(inputs: number, points: number): number[][] {
  return Array.from({ length: points ** inputs }, (_, index) =>
    Array.from(
      { length: inputs },
      (_, channel) => (Math.floor(index / points ** (inputs - 1 - channel)) % points) / (points - 1),
    ),
  )
}

/** An ICC profile of the given tags. */
export function iccProfile(
  space: 'RGB ' | 'GRAY' | 'CMYK',
  connection: 'XYZ ' | 'Lab ',
  tags: Record<string, number[]>,
  version: 2 | 4 = 4,
): Uint8Array<ArrayBuffer> {
  const entries = Object.entries({ wtpt: iccTag.xyz(0.9642, 1, 0.8249), ...tags })
  const start = 132 + 12 * entries.length
  const bodies = entries.map(([, body]) => padded(body))
  const table = entries.flatMap(([name, body], index) => {
    const before = bodies.slice(0, index).reduce((sum, other) => sum + other.length, 0)
    return [...ascii(name), ...u32(start + before, body.length)]
  })
  const size = start + bodies.reduce((sum, body) => sum + body.length, 0)
  const header = [
    ...u32(size, 0),
    ...[version, 0, 0, 0],
    ...ascii(`${space === 'CMYK' ? 'prtr' : 'mntr'}${space}${connection}`),
    ...new Array(12).fill(0),
    ...ascii('acsp'),
    ...new Array(28).fill(0),
    ...s15Fixed16(0.9642, 1, 0.8249),
    ...new Array(48).fill(0),
  ]
  return Uint8Array.from([...header, ...u32(entries.length), ...table, ...bodies.flat()])
}

type Xyz = readonly [number, number, number]

/** Display P3, Adobe RGB and ProPhoto: primaries adapted to D50, with a curve for all channels. */
const RGB_SPACES = {
  'Display P3': [
    [0.51512, 0.2412, -0.00105],
    [0.29198, 0.69225, 0.04189],
    [0.1571, 0.06657, 0.78407],
  ],
  'Adobe RGB': [
    [0.60974, 0.31111, 0.01947],
    [0.20528, 0.62567, 0.06087],
    [0.14919, 0.06322, 0.74457],
  ],
  ProPhoto: [
    [0.79767, 0.28804, 0],
    [0.13519, 0.71188, 0],
    [0.03134, 0.00009, 0.82491],
  ],
  sRGB: [
    [0.43607, 0.22249, 0.01392],
    [0.38515, 0.71687, 0.09708],
    [0.14307, 0.06061, 0.7141],
  ],
} as const satisfies Record<string, readonly [Xyz, Xyz, Xyz]>

/** A matrix profile with the primaries of a well-known space. */
export function rgbProfile(name: keyof typeof RGB_SPACES, curve: number[]): Uint8Array<ArrayBuffer> {
  const [red, green, blue]: readonly [Xyz, Xyz, Xyz] = RGB_SPACES[name]
  return iccProfile('RGB ', 'XYZ ', {
    ...{ rXYZ: iccTag.xyz(...red), gXYZ: iccTag.xyz(...green), bXYZ: iccTag.xyz(...blue) },
    ...{ rTRC: curve, gTRC: curve, bTRC: curve },
  })
}

/** sRGB's curve as a parametric one of type 3. */
export const SRGB_CURVE = iccTag.parametric(3, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)

/** APP2 segments (marker and length included) that carry a profile, `size` bytes of it in each. */
export function iccSegments(profile: Uint8Array, size = 65_000): Uint8Array<ArrayBuffer>[] {
  const count = Math.ceil(profile.length / size)
  return Array.from({ length: count }, (_, index) => {
    const part = profile.subarray(index * size, (index + 1) * size)
    return Uint8Array.from([
      ...[0xff, 0xe2],
      ...u16(part.length + 16),
      ...ascii('ICC_PROFILE\0'),
      ...[index + 1, count],
      ...part,
    ])
  })
}
