import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { applyColourProfile } from '../../packages/pixels/src/apply-colour-profile.ts'
import { parseColourProfile } from '../../packages/pixels/src/colour-profile.ts'
import { decodeJpeg } from '../../packages/pixels/src/jpeg-decode.ts'
import { readJpegHeader } from '../../packages/pixels/src/jpeg-header.ts'
import { JPEG_QUALITY, planJpegDecode } from '../../packages/pixels/src/jpeg-plan.ts'
import { decodePng, planPngDecode } from '../../packages/pixels/src/png-decode.ts'
import { readPngHeader } from '../../packages/pixels/src/png-header.ts'
import { inflatePngProfile } from '../../packages/pixels/src/png-profile.ts'
import { hasCorpus, readCorpus } from '../support/corpus.ts'
import { newKernel, rasterBytes } from '../support/pixel-kernel.ts'

const readCase = (name: string) => readCorpus(`../cases/${name}`)

/** RGBA in sRGB as sharp has it, however damaged the file. */
const expected = (file: Uint8Array) =>
  sharp(file, { failOn: 'none' }).toColourspace('srgb').ensureAlpha().raw().toBuffer()

const difference = (ours: Uint8Array, theirs: Uint8Array) => ({
  sameLength: ours.length === theirs.length,
  largest: ours.reduce((most, value, i) => Math.max(most, Math.abs(value - (theirs[i] ?? 0))), 0),
})

async function decodeJpegCase(file: Uint8Array) {
  const header = readJpegHeader(file)
  const { width: outWidth, height: outHeight } = header
  const plan = planJpegDecode(header, { outWidth, outHeight, quality: JPEG_QUALITY.exact })
  const kernel = newKernel()
  const { raster, truncated } = await decodeJpeg(kernel, file, plan)
  const icc = readJpegHeader(file).icc
  const profile = icc === null ? null : parseColourProfile(icc)
  if (profile !== null) applyColourProfile(kernel, raster, profile)
  return { pixels: rasterBytes(raster), truncated }
}

async function decodePngCase(file: Uint8Array) {
  const { header } = readPngHeader(file)
  const profile =
    header.iccProfile === null ? null : parseColourProfile(inflatePngProfile(newKernel(), header.iccProfile))
  const { raster, ...faults } = await decodePng(newKernel(), [file], planPngDecode(header, { profile }))
  return { pixels: rasterBytes(raster), ...faults }
}

describe.skipIf(!hasCorpus)('files that other software writes', () => {
  it.each([
    ['jpeg-no-dht.jpg', 4],
    ['jpeg-no-eoi.jpg', 4],
    ['jpeg-no-eoi-zeros.jpg', 4],
    ['jpeg-icc-twice.jpg', 6],
    ['jpeg-icc-twice-sof.jpg', 6],
  ])('%s', async (name, tolerance) => {
    const file = readCase(name)
    const { pixels, truncated } = await decodeJpegCase(file)
    expect(truncated).toBe(false)
    const found = difference(pixels, await expected(file))
    expect(found.sameLength).toBe(true)
    expect(found.largest).toBeLessThanOrEqual(tolerance)
  })

  it.each([
    ['png-bad-crc.png', true],
    ['png-no-iend.png', false],
  ])('%s', async (name, hasBadChecksum) => {
    const file = readCase(name)
    const { pixels, ...faults } = await decodePngCase(file)
    expect(faults).toEqual({ truncated: false, hasBadChecksum })
    expect(difference(pixels, await expected(file))).toEqual({ sameLength: true, largest: 0 })
  })

  it('png-bad-adler.png, of which sharp loses the last rows', async () => {
    const { pixels, ...faults } = await decodePngCase(readCase('png-bad-adler.png'))
    expect(faults).toEqual({ truncated: false, hasBadChecksum: true })
    const sound = await decodePngCase(readCase('png-no-iend.png'))
    expect(pixels).toHaveLength(sound.pixels.length)
  })

  it('png16-linear-icc.png: as many levels as there are in sRGB', async () => {
    const file = readCase('png16-linear-icc.png')
    const { pixels } = await decodePngCase(file)
    const theirs = await expected(file)
    expect(difference(pixels, theirs).largest).toBeLessThanOrEqual(1)
    expect(new Set(pixels).size).toBeGreaterThanOrEqual(new Set(theirs).size - 1)
  })
})
