import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import {
  applyColourProfile,
  type ColourProfile,
  parseColourProfile,
  priceColourProfile,
  readJpegHeader,
} from '../../packages/pixels/src/index.ts'
import { hasCorpus, readCorpus } from '../support/corpus.ts'
import { iccProfile, iccSegments, iccTag, rgbProfile, SRGB_CURVE } from '../support/icc-profile.ts'
import { kernelRaster } from '../support/kernel-raster.ts'
import { createRandom, mutate } from '../support/mutate.ts'
import { rasterBytes } from '../support/pixel-kernel.ts'

interface Pixels {
  readonly data: Uint8Array
  readonly info: { readonly width: number; readonly height: number }
}

/** The file's numbers as they are, its profile ignored. */
function unconverted(file: Uint8Array, cmyk: boolean): Promise<Pixels> {
  const image = sharp(file, { ignoreIcc: true })
  const plain = cmyk
    ? image.pipelineColourspace('cmyk').toColourspace('cmyk')
    : image.toColourspace('srgb').ensureAlpha()
  return plain.raw().toBuffer({ resolveWithObject: true })
}

const convertedBySharp = (file: Uint8Array): Promise<Pixels> =>
  sharp(file).toColourspace('srgb').ensureAlpha().raw().toBuffer({ resolveWithObject: true })

/** Convert in a fresh kernel, and hold the memory taken against the price. */
function convert({ data, info }: Pixels, profile: ColourProfile): Uint8Array {
  const raster = kernelRaster(data, info.width, info.height)
  raster.kernel.exports.allocate(0)
  const before = raster.kernel.exports.heapBytes()
  applyColourProfile(raster.kernel, raster, profile)
  expect(raster.kernel.exports.heapBytes() - before).toBeLessThanOrEqual(priceColourProfile(profile))
  return rasterBytes(raster)
}

/** Mean and largest difference of red, green and blue. */
function difference(a: Uint8Array, b: Uint8Array): { mean: number; max: number } {
  expect(a).toHaveLength(b.length)
  let sum = 0
  let max = 0
  for (let i = 0; i < a.length; i++) {
    if (i % 4 === 3) continue
    const distance = Math.abs((a[i] ?? 0) - (b[i] ?? 0))
    sum += distance
    max = Math.max(max, distance)
  }
  return { mean: sum / (a.length * 0.75), max }
}

/** A JPEG of all kinds of colours, or of grey levels, that says it has `profile`. */
async function labelled(profile: Uint8Array, grey = false): Promise<Uint8Array> {
  const pixels = Uint8Array.from({ length: 96 * 96 * 3 }, (_, index) => {
    const [x, y] = [Math.floor(index / 3) % 96, Math.floor(index / 288)]
    return [x * 2.7, y * 2.7, ((x + y) * 8) % 256][grey ? 0 : index % 3] ?? 0
  })
  const image = sharp(pixels, { raw: { width: 96, height: 96, channels: 3 } })
  const jpeg = await (grey ? image.toColourspace('b-w') : image)
    .jpeg({ chromaSubsampling: '4:4:4' })
    .toBuffer()
  return Buffer.concat([jpeg.subarray(0, 2), ...iccSegments(profile), jpeg.subarray(2)])
}

async function compare(file: Uint8Array, cmyk = false) {
  const bytes = (await sharp(file).metadata()).icc
  const profile = bytes ? parseColourProfile(bytes) : null
  if (!profile) throw new Error('The profile was not read')
  const ours = convert(await unconverted(file, cmyk), profile)
  return { kind: profile.kind, ...difference(ours, (await convertedBySharp(file)).data) }
}

/** Smooth colours of any device, as fractions of Lab: light falls with ink, or rises with light. */
const labOf = ([a = 0, b = 0, c = 0, k = 0]: number[]) => {
  const light = (0.3 * a + 0.6 * b + 0.1 * c) * (1 - 0.8 * k)
  return [light, (128 + 50 * (a - b) * (1 - k)) / 255, (128 + 50 * (b - c) * (1 - k)) / 255]
}
const xyzOf = ([a = 0, b = 0, c = 0]: number[]) => [
  0.45 * (0.45 * a + 0.35 * b + 0.15 * c),
  0.45 * (0.25 * a + 0.7 * b + 0.05 * c),
  0.45 * (0.05 * a + 0.1 * b + 0.65 * c),
]
const identity = iccTag.curve()
const bent = iccTag.curve(Math.round(1.5 * 256))

describe('profiles drawn by hand, against lcms', () => {
  const curves = {
    'one gamma': iccTag.curve(563),
    samples: iccTag.curve(...Array.from({ length: 40 }, (_, index) => 65535 * (index / 39) ** 1.8)),
    'parametric 0': iccTag.parametric(0, 2.2),
    'parametric 1': iccTag.parametric(1, 2.2, 1.1, -0.1),
    'parametric 3': SRGB_CURVE,
    'parametric 4': iccTag.parametric(4, 2.4, 0.95, 0.05, 0.0778, 0.02, 0, 0),
  }
  /** Curves whose black is not black: compensation stretches what is next to it, and rounding with it. */
  const lifted = {
    'parametric 1': iccTag.parametric(1, 2.2, 0.9, 0.1),
    'parametric 2': iccTag.parametric(2, 2, 0.8, 0.1, 0.05),
    'parametric 4': iccTag.parametric(4, 2.4, 0.9, 0.05, 0.1, 0.05, 0.02, 0.0185),
  }
  it.each(Object.entries(curves))('RGB with a curve of %s', async (_, curve) => {
    for (const name of ['Display P3', 'Adobe RGB', 'ProPhoto'] as const) {
      const { kind, mean, max } = await compare(await labelled(rgbProfile(name, curve)))
      expect(kind).toBe('matrix')
      expect(mean).toBeLessThan(0.1)
      expect(max).toBeLessThanOrEqual(1)
    }
  })

  it.each(Object.entries(curves))('grey with a curve of %s', async (_, curve) => {
    const { mean, max } = await compare(await labelled(iccProfile('GRAY', 'XYZ ', { kTRC: curve }), true))
    expect(mean).toBeLessThan(0.2)
    expect(max).toBeLessThanOrEqual(1)
  })

  it.each(Object.entries(lifted))('lifted black with a curve of %s', async (_, curve) => {
    const grey = await compare(await labelled(iccProfile('GRAY', 'XYZ ', { kTRC: curve }), true))
    const rgb = await compare(await labelled(rgbProfile('Adobe RGB', curve)))
    expect(grey.mean).toBeLessThan(0.5)
    expect(grey.max).toBeLessThanOrEqual(24)
    expect(rgb.mean).toBeLessThan(0.5)
    expect(rgb.max).toBeLessThanOrEqual(24)
  })

  const oldLab = (inks: number[]) => labOf(inks).map((value) => (value * 65280) / 65535)
  it.each([
    ['lut8', iccProfile('RGB ', 'Lab ', { A2B0: iccTag.table(1, 3, 9, labOf) }, 2)],
    ['lut16', iccProfile('RGB ', 'Lab ', { A2B0: iccTag.table(2, 3, 9, oldLab) }, 2)],
    ['lut16 to XYZ', iccProfile('RGB ', 'XYZ ', { A2B0: iccTag.table(2, 3, 17, xyzOf) }, 2)],
    [
      'mAB',
      iccProfile('RGB ', 'Lab ', {
        A2B0: iccTag.elements(3, 9, labOf, { a: bent, m: identity, b: identity }),
      }),
    ],
    [
      'mAB to XYZ',
      iccProfile('RGB ', 'XYZ ', { A2B0: iccTag.elements(3, 17, xyzOf, { a: bent, m: bent, b: identity }) }),
    ],
  ])('RGB with a table of type %s', async (_, profile) => {
    const { kind, mean, max } = await compare(await labelled(profile))
    expect(kind).toBe('rgb-lut')
    // Between grid points lcms mixes in the connection space, we in sRGB: it shows in the cells next to black.
    expect(mean).toBeLessThan(0.6)
    expect(max).toBeLessThanOrEqual(24)
  })

  it.each(['Display P3', 'Adobe RGB', 'ProPhoto'] as const)('leaves sRGB alone, but not %s', async (name) => {
    expect(parseColourProfile(rgbProfile('sRGB', SRGB_CURVE))).toEqual({ kind: 'srgb' })
    expect(parseColourProfile(rgbProfile(name, SRGB_CURVE))?.kind).toBe('matrix')
  })
})

describe.skipIf(!hasCorpus)('corpus', () => {
  it.each([
    ['colour/p3.png', 'matrix'],
    ['colour/prophoto.png', 'matrix'],
    ['colour/16-bit-grey-alpha.png', 'grey'],
    ['photos/concert.jpg', 'grey'],
    ['photos/320x240.jpg', 'srgb'],
    ['photos/gain-map.jpg', 'srgb'],
    ['faces/portrait-of-a-man.jpg', 'srgb'],
  ])('%s is as sharp makes it', async (name, kind) => {
    const result = await compare(readCorpus(name))
    expect(result.kind).toBe(kind)
    expect(result.mean).toBeLessThan(0.1)
    expect(result.max).toBeLessThanOrEqual(1)
  })

  it('CMYK with a profile is as sharp makes it, within 0.5 levels on average and 16 at most', async () => {
    const result = await compare(readCorpus('colour/Channel_digital_image_CMYK_color.jpg'), true)
    expect(result.kind).toBe('cmyk-lut')
    expect(result.mean).toBeLessThan(0.5)
    expect(result.max).toBeLessThanOrEqual(16)
  })

  it('finds the profile in a JPEG, over several segments', async () => {
    const file = readCorpus('colour/Channel_digital_image_CMYK_color.jpg')
    expect(Buffer.from(readJpegHeader(file).icc ?? [])).toEqual((await sharp(file).metadata()).icc)
    expect(readJpegHeader(readCorpus('colour/gamma_dalai_lama_gray.jpg')).icc).toBeNull()
  })
})

describe('damaged profiles', () => {
  const profiles = [
    rgbProfile('Display P3', SRGB_CURVE),
    iccProfile('GRAY', 'XYZ ', { kTRC: iccTag.curve(1, 2, 3, 4, 5) }),
    iccProfile('RGB ', 'Lab ', { A2B0: iccTag.table(1, 3, 5, labOf) }, 2),
    iccProfile('CMYK', 'Lab ', { A2B0: iccTag.table(2, 4, 3, labOf) }, 2),
    iccProfile('CMYK', 'Lab ', { A2B0: iccTag.elements(4, 3, labOf, { a: bent, m: bent, b: bent }) }),
  ]
  it.each(profiles.map((profile, index) => [index, profile] as const))(
    'number %i is refused or applied, and never traps',
    async (seed, profile) => {
      const random = createRandom(seed + 1)
      const data = Uint8Array.from({ length: 64 * 4 }, () => random(256))
      for (let round = 0; round < 300; round++) {
        const read = parseColourProfile(mutate(profile, random))
        if (read) convert({ data, info: { width: 8, height: 8 } }, read)
      }
    },
  )
})
