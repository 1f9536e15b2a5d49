import { createByteReader, readJpegHeader } from '@tintype/pixels'
import { expect, it } from 'vitest'
import { encode } from '../sample-jobs.ts'
import { gradient, streamOf } from '../sample-rasters.ts'
import { toldAtOnce } from '../told.ts'
import { readJpegStart } from './jpeg-start.ts'

it('keeps XMP only where it is wanted', async () => {
  const xmp = new TextEncoder().encode('<x:xmpmeta/>')
  const file = await encode('jpeg', gradient(20, 10), { told: toldAtOnce({ exif: null, xmp }) })
  const headerWith = async (keepsXmp: boolean) => {
    const start = await readJpegStart(createByteReader(streamOf(file)), async () => {}, keepsXmp)
    return readJpegHeader(start)
  }
  expect((await headerWith(true)).xmp).toEqual(xmp)
  expect((await headerWith(false)).xmp).toBeNull()
})
