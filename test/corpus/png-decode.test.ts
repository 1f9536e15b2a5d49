import { deflateSync, inflateSync } from 'node:zlib'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { PixelError } from '../../packages/pixels/src/pixel-error.ts'
import { decodePng, type PngResize, planPngDecode } from '../../packages/pixels/src/png-decode.ts'
import { readPngHeader } from '../../packages/pixels/src/png-header.ts'
import { corpusFiles, hasCorpus, readCorpus } from '../support/corpus.ts'
import { createRandom, mutate } from '../support/mutate.ts'
import { inPieces, newKernel, rasterBytes } from '../support/pixel-kernel.ts'
import { type Chunk, joinPng, splitPng, withoutChunks } from '../support/png-chunks.ts'
import { psnr } from '../support/psnr.ts'

const readable = [
  ...corpusFiles('pngsuite', /^[^x].*\.png$/),
  ...['alpha', 'colour', 'kodak', 'formats', 'trim', 'animated'].flatMap((name) =>
    corpusFiles(name, /\.png$/),
  ),
]

async function decode(file: Uint8Array, pieceBytes = 65_536, resize?: PngResize) {
  const { header } = readPngHeader(file)
  const plan = planPngDecode(header, resize && { resize })
  const kernel = newKernel()
  try {
    const { raster, ...faults } = await decodePng(kernel, inPieces(file, pieceBytes), plan)
    return { header, ...faults, pixels: rasterBytes(raster) }
  } finally {
    expect(kernel.peakBytes()).toBeLessThanOrEqual(plan.priceBytes)
  }
}

/** What a decode comes to: `decoded`, or the reason of its PixelError; anything else is thrown on. */
async function outcome(file: Uint8Array, resize?: PngResize): Promise<string> {
  try {
    const { truncated, hasBadChecksum } = await decode(file, 65_536, resize)
    return truncated ? 'truncated picture' : hasBadChecksum ? 'decoded, bad checksum' : 'decoded'
  } catch (error) {
    if (error instanceof PixelError) return error.reason
    throw error
  }
}

describe.skipIf(!hasCorpus)('PNG decoding', () => {
  it.each(readable)('gives the pixels that sharp gives for %s', async (path) => {
    const file = readCorpus(path)
    const expected = await sharp(withoutChunks(file, ['iCCP']))
      .ensureAlpha()
      .raw()
      .toBuffer()
    const { pixels, truncated } = await decode(file)
    expect(truncated).toBe(false)
    expect(Buffer.compare(pixels, expected)).toBe(0)
  })

  it('does not depend on how the file is cut into pieces', async () => {
    for (const path of ['pngsuite/basi6a08.png', 'pngsuite/oi9n2c16.png', 'trim/trim-mc.png']) {
      const file = readCorpus(path)
      const { pixels } = await decode(file)
      for (const size of [1, 3, 61]) expect(Buffer.compare((await decode(file, size)).pixels, pixels)).toBe(0)
    }
  })

  it.each([
    ['kodak/kodim23.png', 300],
    ['kodak/kodim8.png', 700],
    ['formats/8-bpp-grayscale.png', 90],
    ['pngsuite/basi2c08.png', 20],
  ])('resizes %s to %i px while decoding, close to what sharp gives', async (path, outWidth) => {
    const file = readCorpus(path)
    const { header } = readPngHeader(file)
    const outHeight = Math.round((header.height * outWidth) / header.width)
    const { pixels } = await decode(file, 65_536, { outWidth, outHeight })
    const reference = sharp(withoutChunks(file, ['iCCP'])).resize(outWidth, outHeight, { fit: 'fill' })
    expect(psnr(pixels, await reference.ensureAlpha().raw().toBuffer())).toBeGreaterThan(40)
  })

  it.each(['kodak/kodim4.png', 'pngsuite/basi6a16.png', 'pngsuite/basn3p04.png'])(
    'cuts a window out of %s and turns it as sharp does, pixel by pixel',
    async (path) => {
      const file = readCorpus(path)
      const window = { x: 3, y: 5, width: 21, height: 14 }
      const region = { left: 3, top: 5, width: 21, height: 14 }
      const size = { outWidth: 21, outHeight: 14, window }
      const straight = await decode(file, 65_536, size)
      const expected = await sharp(file).extract(region).ensureAlpha().raw().toBuffer()
      expect(Buffer.compare(straight.pixels, expected)).toBe(0)
      const turned = await decode(file, 65_536, { ...size, orientation: 6 })
      const clockwise = await sharp(file).extract(region).rotate(90).ensureAlpha().raw().toBuffer()
      expect(Buffer.compare(turned.pixels, clockwise)).toBe(0)
    },
  )

  it('resizes 90 megapixels within 8 MB', async () => {
    const [width, height] = [12_000, 7500]
    const row = new Uint8Array(1 + width * 3).map((_, at) => (at === 0 ? 0 : (at * 7) & 255))
    const rows = new Uint8Array(row.length * height)
    for (let y = 0; y < height; y++) rows.set(row, y * row.length)
    const [header] = splitPng(readCorpus('pngsuite/basn2c08.png'))
    const body = (header as Chunk).body.slice()
    new DataView(body.buffer).setUint32(0, width)
    new DataView(body.buffer).setUint32(4, height)
    const data = new Uint8Array(deflateSync(rows, { level: 1 }))
    const file = joinPng([
      { type: 'IHDR', body },
      { type: 'IDAT', body: data },
    ])
    const resize = { outWidth: 1200, outHeight: 750 }
    expect(planPngDecode(readPngHeader(file).header, { resize }).priceBytes).toBeLessThan(8 << 20)
    const { pixels, truncated } = await decode(file, 65_536, resize)
    expect(truncated).toBe(false)
    expect(pixels).toHaveLength(1200 * 750 * 4)
  })

  it.each(corpusFiles('pngsuite', /^x.*\.png$/))('refuses the corrupt %s', async (path) => {
    // All of it is wrong but for this one, whose image data only contradicts its checksum.
    const isShown = path.endsWith('xcsn0g01.png')
    expect(await outcome(readCorpus(path))).toBe(isShown ? 'decoded, bad checksum' : 'corrupt')
  })

  it.each(corpusFiles('limits', /\.png$/))('refuses the bomb %s by its header alone', async (path) => {
    const { header } = readPngHeader(readCorpus(path).subarray(0, 4096))
    expect(() => planPngDecode(header)).toThrow(expect.objectContaining({ reason: 'too-large' }))
  })

  it.each(['kodak/kodim8.png', 'alpha/grey-8bit-alpha.png', 'damaged/truncated.png'])(
    'shows the rows that a cut %s still has',
    async (path) => {
      const file = readCorpus(path)
      const whole = await sharp(file, { failOn: 'none' }).ensureAlpha().raw().toBuffer()
      const { header, pixels, truncated } = await decode(file.subarray(0, Math.min(file.length / 2, 10_000)))
      const rowBytes = header.width * 4
      const rows = Math.floor((pixels.findLastIndex((byte) => byte !== 0) + 1) / rowBytes)
      expect(truncated).toBe(true)
      expect(rows).toBeGreaterThan(1)
      expect(Buffer.compare(pixels.subarray(0, rows * rowBytes), whole.subarray(0, rows * rowBytes))).toBe(0)
    },
  )

  it('accepts bytes after the end, and more image data than the picture has', async () => {
    const file = readCorpus('pngsuite/basn2c08.png')
    const { pixels } = await decode(file)
    const trailing = await decode(new Uint8Array([...file, ...new Uint8Array(5000).fill(7)]))
    expect(Buffer.compare(trailing.pixels, pixels)).toBe(0)
    const chunks = splitPng(file)
    const rows = inflateSync(
      Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ body }) => body)),
    )
    const body = new Uint8Array(deflateSync(Buffer.concat([rows, new Uint8Array(50_000_000)])))
    const surplus = joinPng([...chunks.filter(({ type }) => type === 'IHDR'), { type: 'IDAT', body }])
    expect(Buffer.compare((await decode(surplus)).pixels, pixels)).toBe(0)
  })

  it('reports a damaged checksum of the zlib stream', async () => {
    const chunks = splitPng(readCorpus('pngsuite/basn0g08.png')).map(({ type, body }) => {
      const damaged = body.slice()
      if (type === 'IDAT') damaged[damaged.length - 1] = (damaged.at(-1) as number) ^ 1
      return { type, body: damaged }
    })
    expect(await outcome(joinPng(chunks))).toBe('decoded, bad checksum')
  })

  it('survives damaged files: a picture or a documented error, quickly and within the price', async () => {
    const random = createRandom(20_261_122)
    const seeds = [
      'basi6a16',
      'basn3p02',
      'tbbn2c16',
      's05i3p02',
      'basn6a08',
      'f04n2c08',
      'z09n2c08',
      'ps2n2c16',
    ]
    const good = readCorpus('pngsuite/basn6a08.png')
    const expected = (await decode(good)).pixels
    const counts: Record<string, number> = {}
    for (let round = 0; round < 1200; round++) {
      const file = readCorpus(`pngsuite/${seeds[round % seeds.length]}.png`)
      const startedAt = performance.now()
      const damaged = round % 3 === 0 ? mutate(file, random) : mutateInside(file, random)
      const result = await outcome(damaged, round % 2 === 0 ? undefined : randomResize(random))
      expect(performance.now() - startedAt).toBeLessThan(2000)
      counts[result] = (counts[result] ?? 0) + 1
    }
    expect(counts).not.toHaveProperty('internal')
    expect(Object.keys(counts)).toEqual(expect.arrayContaining(['decoded', 'corrupt', 'truncated picture']))
    expect(Buffer.compare((await decode(good)).pixels, expected)).toBe(0)
  })
})

/** A size, a turn and sometimes a window; damaged headers may well make it larger than the picture. */
function randomResize(random: (below: number) => number): PngResize {
  const size = { outWidth: 1 + random(40), outHeight: 1 + random(40), orientation: (1 + random(8)) as 1 }
  return random(2) === 0 ? size : { ...size, window: { x: 0, y: 0, width: 1, height: 1 } }
}

/** Damage one chunk and mend the CRCs, so that the damage reaches the decoder; every other time before compression. */
function mutateInside(file: Uint8Array, random: (below: number) => number): Uint8Array<ArrayBuffer> {
  const chunks = splitPng(file)
  const target = random(chunks.length)
  return joinPng(
    chunks.map(({ type, body }, index) => {
      if (body.length === 0) return { type, body }
      if (type === 'IDAT' && random(2) === 0) {
        try {
          return {
            type,
            body: new Uint8Array(deflateSync(mutate(inflateSync(body), random), { level: random(10) })),
          }
        } catch {
          return { type, body }
        }
      }
      return { type, body: index === target ? mutate(body, random) : body }
    }),
  )
}
