import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readAvifPicture } from '../../packages/core/src/index.ts'
import { hasChromium, launchChromium } from '../support/chromium.ts'
import { createRenderWorker } from '../support/render-worker.ts'

const worker = createRenderWorker()
beforeAll(() => worker.listen())
afterAll(() => worker.close())

const COPYRIGHT = 'Painted by numbers'
const XMP = `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:dcterms="http://purl.org/dc/terms/" tiff:Orientation="6" tiff:ImageWidth="60" dc:format="image/x"
 dcterms:provenance="https://example.com/manifest.c2pa"/></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>`

const SOURCES = ['jpeg', 'png', 'webp', 'avif'] as const
const RESULTS = ['jpeg', 'png-force', 'webp', 'avif'] as const

/** A picture with EXIF (copyright, artist, a GPS position) and XMP. */
async function drawTold(format: (typeof SOURCES)[number]): Promise<Buffer> {
  return sharp({ create: { width: 60, height: 40, channels: 3, background: '#a05030' } })
    .withExif({ IFD0: { Copyright: COPYRIGHT, Artist: 'Nobody' }, IFD3: { GPSLatitudeRef: 'N' } })
    .withXmp(XMP)
    .toFormat(format)
    .toBuffer()
}

async function rendered(
  source: Buffer,
  options: Parameters<typeof worker.createRequest>[1],
): Promise<Buffer> {
  const { body, detail, meta } = await worker.send(await worker.createRequest(source, options))
  expect(detail).toBeNull()
  expect(meta?.warnings).toEqual([])
  return body
}

/** What sharp reads of a file: XMP as text, and the EXIF bytes as Latin-1. */
async function told(file: Buffer) {
  const { exif, xmp, orientation, icc } = await sharp(file).metadata()
  return {
    exif: exif?.toString('latin1') ?? null,
    xmp: xmp?.toString('utf8') ?? null,
    orientation: orientation ?? 1,
    hasProfile: icc !== undefined,
  }
}

describe.each(SOURCES)('from %s', (from) => {
  it.each(RESULTS)('into %s, keep keeps EXIF and XMP, and says the new size', async (format) => {
    const source = await drawTold(from)
    expect((await told(source)).exif).toContain(COPYRIGHT)
    const result = await rendered(source, { format, metadata: 'keep', width: 30 })
    const { exif, xmp, orientation, hasProfile } = await told(result)
    expect(exif).toContain(COPYRIGHT)
    expect(exif).toContain('Nobody')
    expect([orientation, hasProfile]).toEqual([1, false])
    expect(xmp).toContain('dc:format="image/x"')
    expect(xmp).toContain('tiff:Orientation="1" tiff:ImageWidth="30"')
    expect(xmp).not.toContain('provenance')
    const { width, height } = await sharp(result).metadata()
    expect([width, height]).toEqual([30, 20])
  })

  it('copyright keeps the copyright in a JPEG alone', async () => {
    const source = await drawTold(from)
    const jpeg = await told(await rendered(source, { format: 'jpeg', metadata: 'copyright' }))
    expect(jpeg.exif).toContain(COPYRIGHT)
    expect(jpeg.exif).not.toContain('Nobody')
    expect(jpeg.xmp).toBeNull()
    for (const format of ['png-force', 'webp', 'avif'] as const) {
      const { exif, xmp } = await told(await rendered(source, { format, metadata: 'copyright' }))
      expect([exif, xmp], format).toEqual([null, null])
    }
  })

  it('none keeps nothing', async () => {
    const source = await drawTold(from)
    for (const format of RESULTS) {
      const { exif, xmp } = await told(await rendered(source, { format, metadata: 'none' }))
      expect([exif, xmp], format).toEqual([null, null])
    }
  })
})

it('keep works in a lossless and in a transparent WebP, and in a grid of tiles', async () => {
  const clear = await sharp({ create: { width: 60, height: 40, channels: 4, background: '#a0503080' } })
    .withExif({ IFD0: { Copyright: COPYRIGHT } })
    .png()
    .toBuffer()
  for (const quality of [80, 100]) {
    const file = await rendered(clear, { format: 'webp', metadata: 'keep', quality })
    expect((await told(file)).exif).toContain(COPYRIGHT)
    expect((await sharp(file).metadata()).hasAlpha).toBe(true)
    const { data } = await sharp(file).raw().toBuffer({ resolveWithObject: true })
    expect(data[3]).toBe(128)
  }
  const large = await rendered(await drawTold('png'), {
    ...{ format: 'avif', metadata: 'keep' },
    ...{ width: 2000, height: 1500, fit: 'squeeze' },
  })
  expect(readAvifPicture(large)?.colour.tiles.length).toBeGreaterThan(1)
  expect((await told(large)).exif).toContain(COPYRIGHT)
  expect((await told(large)).xmp).toContain('tiff:ImageWidth="2000"')
})

it.runIf(hasChromium)('what is told troubles no browser', async () => {
  const browser = await launchChromium()
  try {
    const page = await browser.newPage()
    for (const format of RESULTS) {
      const file = await rendered(await drawTold('jpeg'), { format, metadata: 'keep', width: 30 })
      const shown = await page.evaluate(async (base64) => {
        const image = new Image()
        image.src = `data:;base64,${base64}`
        await image.decode()
        return [image.naturalWidth, image.naturalHeight]
      }, file.toString('base64'))
      expect(shown, format).toEqual([30, 20])
    }
  } finally {
    await browser.close()
  }
})

describe('Content Credentials', () => {
  /** APP11 with a JUMBF superbox: JP, box instance and packet number, then a box of type jumb that says c2pa. */
  function withManifest(jpeg: Buffer): Buffer {
    const box = Buffer.from([0, 0, 0, 20, ...Buffer.from('jumb'), 0, 0, 0, 12, ...Buffer.from('jumdc2pa')])
    const body = Buffer.concat([Buffer.from([0x4a, 0x50, 0, 1, 0, 0, 0, 1]), box])
    const length = body.length + 2
    const segment = Buffer.concat([Buffer.from([0xff, 0xeb, length >> 8, length & 255]), body])
    return Buffer.concat([jpeg.subarray(0, 2), segment, jpeg.subarray(2)])
  }
  /** caBX, before the image data. */
  function withChunk(png: Buffer): Buffer {
    const body = Buffer.from('jumbc2pa')
    const head = Buffer.alloc(8)
    head.writeUInt32BE(body.length)
    head.write('caBX', 4)
    const at = 8 + 25
    return Buffer.concat([png.subarray(0, at), head, body, Buffer.alloc(4), png.subarray(at)])
  }

  it.each([
    ['jpeg', withManifest],
    ['png', withChunk],
  ] as const)('of a %s are not claimed for pixels that were made anew, even with keep', async (from, add) => {
    const source = add(await drawTold(from))
    expect(source.includes('c2pa')).toBe(true)
    for (const format of RESULTS) {
      const result = await rendered(source, { format, metadata: 'keep' })
      expect(result.includes('c2pa'), format).toBe(false)
      expect((await told(result)).exif, format).toContain(COPYRIGHT)
    }
  })
})
