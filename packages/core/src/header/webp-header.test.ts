import { expect, it } from 'vitest'
import { readImageHeader } from './image-header.ts'
import { anmf, bytesOf, exif, vp8Frame, vp8lFrame, vp8x, webpChunk, webpFile } from './sample-pictures.ts'

const FRAME = vp8Frame(20, 10)
const still = { format: 'webp', width: 20, height: 10, orientation: 1, hasAlpha: false, animated: false }

it.each([
  ['lossy', webpFile(FRAME), still],
  ['lossless', webpFile(vp8lFrame(20, 10, false)), still],
  ['lossless with alpha', webpFile(vp8lFrame(20, 10, true)), { ...still, hasAlpha: true }],
  ['extended', webpFile(vp8x(20, 10, 0x20), webpChunk('ICCP', [1, 2, 3]), FRAME), still],
  [
    'extended with alpha',
    webpFile(vp8x(20, 10, 0x10), webpChunk('ALPH', [1]), FRAME),
    { ...still, hasAlpha: true },
  ],
  [
    'animated',
    webpFile(vp8x(20, 10, 0x02), webpChunk('ANIM', [0, 0, 0, 0, 7, 0]), anmf({ at: [0, 0, 20, 10] })),
    {
      ...still,
      animated: true,
      animation: { frames: 1, plays: 7, restoresPrevious: false, largestFrameBytes: 38 },
    },
  ],
  ['turned', webpFile(vp8x(20, 10, 0x08), FRAME, webpChunk('EXIF', exif(6))), { ...still, orientation: 6 }],
  [
    "turned, with JPEG's prefix",
    webpFile(vp8x(20, 10, 0x08), FRAME, webpChunk('EXIF', 'Exif\0\0', exif(7, 'little'))),
    { ...still, orientation: 7 },
  ],
  ['without the EXIF it announces', webpFile(vp8x(20, 10, 0x08), FRAME), still],
  ['with EXIF it does not announce', webpFile(vp8x(20, 10, 0), FRAME, webpChunk('EXIF', exif(6))), still],
])('reads a picture that is %s', (_, file, header) => {
  expect(readImageHeader(file)).toEqual(header)
})

it('waits for announced EXIF before it gives the header', () => {
  const file = webpFile(vp8x(20, 10, 0x08), FRAME, webpChunk('EXIF', exif(6)))
  expect(readImageHeader(file.subarray(0, file.length - 40))).toBeNull()
})

it.each([
  ['its size is 0x10 px', webpFile(vp8Frame(0, 10))],
  ['it holds no pixels', webpFile()],
  ['it holds no pixels', webpFile(vp8x(20, 10, 0))],
  ['it holds no pixels', webpFile(vp8x(20, 10, 0), webpChunk('ANMF', [1]))],
  ['it does not start with its size', webpFile(webpChunk('ICCP', [1]), FRAME)],
  ['it gives two sizes', webpFile(vp8x(21, 10, 0), FRAME)],
  ['a header is cut short', webpFile(webpChunk('VP8 ', [1, 2, 3]))],
  ['a header is cut short', webpFile(webpChunk('VP8X', [1, 2, 3]))],
  ['its frame is no key frame', webpFile(webpChunk('VP8 ', new Uint8Array(10)))],
  ['its lossless frame is broken', webpFile(webpChunk('VP8L', new Uint8Array(10)))],
  ['a chunk is longer than the file', bytesOf(webpFile(FRAME).subarray(0, 4), [15, 0, 0, 0], 'WEBP', FRAME)],
])('refuses: %s', (reason, file) => {
  expect(() => readImageHeader(file)).toThrow(reason)
})
