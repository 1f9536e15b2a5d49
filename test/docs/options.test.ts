import { readdirSync, readFileSync } from 'node:fs'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { PICTURE_FOLDER } from '../../scripts/option-docs/figures.ts'
import { createOptionDocs, type OptionDocs } from '../../scripts/option-docs/option-docs.ts'
import { psnr } from '../support/psnr.ts'

const docs = new URL('../../docs/', import.meta.url)
const rawOf = (bytes: Uint8Array) => sharp(bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true })

/** `pnpm build:options` writes what is compared here. */
describe('docs/options.md', () => {
  let made: OptionDocs
  beforeAll(async () => {
    made = await createOptionDocs()
  }, 120_000)

  it('says what the option table says', () => {
    expect(readFileSync(new URL('options.md', docs), 'utf8')).toBe(made.text)
  })
  it('has the pictures that it shows, and no others', () => {
    const files = readdirSync(new URL(`${PICTURE_FOLDER}/`, docs)).map((name) => `${PICTURE_FOLDER}/${name}`)
    expect(files.sort()).toEqual([...made.pictures.keys()].sort())
    const shown = [...made.text.matchAll(/\]\((options\/[^)]+)\)/g)].map(([, path]) => path)
    expect([...new Set(shown)].sort()).toEqual(files)
  })
  it('shows what the engine makes', async () => {
    for (const [path, bytes] of made.pictures) {
      const [stored, fresh] = await Promise.all([rawOf(readFileSync(new URL(path, docs))), rawOf(bytes)])
      expect([path, stored.info.width, stored.info.height]).toEqual([
        path,
        fresh.info.width,
        fresh.info.height,
      ])
      expect(psnr(stored.data, fresh.data), path).toBeGreaterThan(38)
    }
  })
})
