import { mkdirSync, writeFileSync } from 'node:fs'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { harden, likeness, readAnimation, resizeFrames } from '../support/animations.ts'
import { psnr } from '../support/psnr.ts'
import { imageForm, type System, startSystem, type TestAccount } from '../support/system.ts'
import { CARDS } from './card.ts'
import { GOLDEN_CASES } from './cases.ts'

/** Where a failing case leaves what it saw, to be looked at; git ignores it. */
const FAILURES = new URL('failures/', import.meta.url)

let system: System
let account: TestAccount
const path = () => `/accounts/${account.accountId}/images/v1`

beforeAll(async () => {
  system = await startSystem()
  account = await system.createAccount('golden')
  for (const [id, draw] of Object.entries(CARDS)) {
    const { status, body } = await system.api(account, 'POST', path(), imageForm(await draw(), { id }))
    expect(status, JSON.stringify(body)).toBe(200)
  }
})
afterAll(() => system.close())

const rawOf = (bytes: Uint8Array) =>
  sharp(bytes).ensureAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true })
/** Colour weighted by alpha: what transparent pixels hide does not count. */
function premultiplied(data: Buffer): Buffer {
  const copy = Buffer.from(data)
  for (let p = 0; p < copy.length; p += 4) {
    for (let c = 0; c < 3; c++)
      copy[p + c] = Math.round(((copy[p + c] as number) * (copy[p + 3] as number)) / 255)
  }
  return copy
}

describe('options, through the API and delivery, against libvips', () => {
  it.each(GOLDEN_CASES.map((row, i) => [row.name, row, `golden${i}`] as const))('%s', async (_, row, id) => {
    const created = await system.api(account, 'POST', `${path()}/variants`, { id, options: row.options })
    expect(created.status, JSON.stringify(created.body)).toBe(200)
    const answer = await system.deliver(`/${account.accountHash}/${row.card}/${id}`)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/png'])
    const actual = Buffer.from(await answer.arrayBuffer())
    const expected = await row
      .reference(sharp(await CARDS[row.card]()))
      .png()
      .toBuffer()
    const [ours, theirs] = [await rawOf(actual), await rawOf(expected)]
    expect([ours.info.width, ours.info.height]).toEqual([theirs.info.width, theirs.info.height])
    const found = psnr(premultiplied(ours.data), premultiplied(theirs.data))
    if (found < row.psnr) {
      mkdirSync(FAILURES, { recursive: true })
      writeFileSync(new URL(`${id}-actual.png`, FAILURES), actual)
      writeFileSync(new URL(`${id}-expected.png`, FAILURES), expected)
    }
    expect(found).toBeGreaterThanOrEqual(row.psnr)
  })
})

it('gravity auto keeps in sight what stands out', async () => {
  const options = { fit: 'cover', width: 40, height: 80, gravity: 'auto' }
  await system.api(account, 'POST', `${path()}/variants`, { id: 'focus', options })
  const answer = await system.deliver(`/${account.accountHash}/spot/focus`)
  const { data, info } = await rawOf(Buffer.from(await answer.arrayBuffer()))
  expect([info.width, info.height]).toEqual([40, 80])
  let white = 0
  for (let p = 0; p < data.length; p += 4) if (data.readUInt32BE(p) === 0xffffffff) white += 1
  expect(white).toBe(20 * 20)
})

describe('a still GIF', () => {
  it('is stored, and delivered with its transparency', async () => {
    const gif = await sharp(await CARDS.disc())
      .gif()
      .toBuffer()
    const { status, body } = await system.api(
      account,
      'POST',
      path(),
      imageForm(gif, { id: 'still' }, 'a.gif'),
    )
    expect(status, JSON.stringify(body)).toBe(200)
    const expected = await rawOf(gif)
    for (const [accept, type] of [
      ['image/webp', 'image/webp'],
      ['*/*', 'image/png'],
    ] as const) {
      const answer = await system.deliver(`/${account.accountHash}/still/public`, { accept })
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, type])
      const ours = await rawOf(Buffer.from(await answer.arrayBuffer()))
      const found = psnr(premultiplied(ours.data), premultiplied(expected.data))
      expect(found).toBeGreaterThan(type === 'image/png' ? 60 : 30)
    }
    const blob = await fetch(`${system.baseUrl}/client/v4${path()}/still/blob`, {
      headers: { authorization: `Bearer ${account.token}` },
    })
    expect(blob.headers.get('content-type')).toBe('image/gif')
    expect(Buffer.from(await blob.arrayBuffer()).equals(gif)).toBe(true)
  })

  it('is a GIF of every size, or an animated WebP for clients that take it, where it is an animation', async () => {
    const cards = await Promise.all([CARDS.disc(), CARDS.opaque()])
    const frames = await Promise.all(
      cards.map((card) => sharp(card).resize(400, 300, { fit: 'fill' }).png().toBuffer()),
    )
    const animation = await sharp(frames, { join: { animated: true } })
      .gif({ delay: [50, 120], loop: 3 })
      .toBuffer()
    const form = imageForm(animation, { id: 'moving' }, 'a.gif')
    const { status } = await system.api(account, 'POST', path(), form)
    expect(status).toBe(200)
    const variant = { id: 'small', options: { width: 200 } }
    await system.api(account, 'POST', `${path()}/variants`, variant)
    const original = await readAnimation(animation)
    const expected = await resizeFrames(original, 200, 150)
    for (const [accept, type] of [
      ['image/avif,image/webp', 'image/webp'],
      ['*/*', 'image/gif'],
    ] as const) {
      const answer = await system.deliver(`/${account.accountHash}/moving/small`, { accept })
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, type])
      const result = await readAnimation(Buffer.from(await answer.arrayBuffer()))
      expect([result.width, result.height, result.delays, result.plays]).toEqual([200, 150, [50, 120], 3])
      for (const [i, frame] of result.frames.entries()) {
        const shown = type === 'image/gif' ? harden(expected[i] as Buffer) : (expected[i] as Buffer)
        expect(likeness(frame, shown)).toBeGreaterThan(27)
      }
    }
  })
})
