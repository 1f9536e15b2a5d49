import { createReadStream } from 'node:fs'
import Cloudflare, { toFile } from 'cloudflare'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { corpusPath, hasCorpus, readCorpus } from '../support/corpus.ts'
import { drawPng, psnr } from '../support/pictures.ts'
import { type System, startSystem, type TestAccount } from '../support/system.ts'

const PHOTO = 'photos/beach-2725x2225.jpg'
let system: System
let account: TestAccount
let client: Cloudflare
let account_id: string

beforeAll(async () => {
  system = await startSystem()
  account = await system.createAccount('client')
  account_id = account.accountId
  client = new Cloudflare({ apiToken: account.token, baseURL: `${system.baseUrl}/client/v4` })
})
afterAll(() => system.close())

const fetchAs = async (url: string, accept: string) => {
  const response = await fetch(url, { headers: { accept } })
  return { response, bytes: Buffer.from(await response.arrayBuffer()) }
}

describe.runIf(hasCorpus)('the official client, told only another base URL', () => {
  it('uploads a photograph, makes a variant, gets it in three formats, deletes it, and sees it gone', async () => {
    const image = await client.images.v1.create({
      account_id,
      file: createReadStream(corpusPath(PHOTO)),
      metadata: { shop: { shelf: '7' }, tags: ['beach'] },
      creator: 'ann',
      requireSignedURLs: false,
    } as never)
    expect(image).toMatchObject({
      ...{ filename: 'beach-2725x2225.jpg', creator: 'ann', requireSignedURLs: false },
      meta: { shop: { shelf: '7' }, tags: ['beach'] },
    })
    const id = image.id as string

    const created = await client.images.v1.variants.create({
      ...{ account_id, id: 'card' },
      options: { fit: 'scale-down', width: 720, height: 720, metadata: 'none' },
    })
    expect(created.variant).toMatchObject({ id: 'card', neverRequireSignedURLs: false })
    const list = await client.images.v1.list({ account_id })
    expect(
      (list as unknown as { result: { images: { id: string }[] } }).result.images.map((entry) => entry.id),
    ).toEqual([id])
    expect((await client.images.v1.get(id, { account_id })).variants).toHaveLength(2)

    const url = `${system.baseUrl}/${account.accountHash}/${id}/card`
    const expected = await sharp(await readCorpus(PHOTO))
      .rotate()
      .resize(720, 720, { fit: 'inside' })
      .png()
      .toBuffer()
    for (const [accept, type] of [
      ['image/avif,image/webp,*/*', 'image/avif'],
      ['image/webp,*/*', 'image/webp'],
      ['*/*', 'image/jpeg'],
    ] as const) {
      const { response, bytes } = await fetchAs(url, accept)
      expect([response.status, response.headers.get('content-type')]).toEqual([200, type])
      expect(response.headers.get('vary')).toBe('accept')
      const { width, height } = await sharp(bytes).metadata()
      expect([width, height]).toEqual([720, 588])
      // Lossy codecs at quality 85 against the lossless resize: 34 dB is where a difference begins to show.
      expect(await psnr(bytes, expected)).toBeGreaterThan(34)
    }

    const original = await client.images.v1.blobs.get(id, { account_id })
    expect(Buffer.from(await original.arrayBuffer()).equals(Buffer.from(await readCorpus(PHOTO)))).toBe(true)
    await client.images.v1.delete(id, { account_id })
    await expect(client.images.v1.get(id, { account_id })).rejects.toBeInstanceOf(Cloudflare.NotFoundError)
    expect((await fetchAs(url, '*/*')).response.status).toBe(404)
  })
})

describe('the official client', () => {
  it('finds its account, manages keys, asks for direct uploads and purges', async () => {
    const keys = await client.images.v1.keys.update('second', { account_id })
    expect(keys.keys?.map(({ name }) => name)).toEqual(['default', 'second'])
    expect((await client.images.v1.keys.list({ account_id })).keys).toHaveLength(2)
    expect((await client.images.v1.keys.delete('second', { account_id })).keys).toHaveLength(1)
    const ticket = await client.images.v2.directUploads.create({ account_id, metadata: { a: 'b' } } as never)
    const form = new FormData()
    form.append('file', new Blob([new Uint8Array(await drawPng(5, 5))]), 'a.png')
    expect((await fetch(ticket.uploadURL as string, { method: 'POST', body: form })).status).toBe(200)
    expect((await client.images.v1.get(ticket.id as string, { account_id })).meta).toEqual({ a: 'b' })
    expect((await client.images.v1.stats.get({ account_id })).count?.current).toBe(1)
    expect(await client.cache.purge({ zone_id: account.zoneId, tags: ['beach'] })).toEqual({
      id: account.zoneId,
    })
  })
  it('sees the error class that each status stands for, and tries a duplicate once', async () => {
    const file = await toFile(await drawPng(5, 5), 'a.png')
    await client.images.v1.create({ account_id, id: 'once', file } as never)
    let requests = 0
    const counting = new Cloudflare({
      apiToken: account.token,
      baseURL: `${system.baseUrl}/client/v4/`,
      fetch: (...parameters) => {
        if (String(parameters[0]).startsWith('http')) requests++ // the client probes its fetch with a data: URL once
        return fetch(...(parameters as Parameters<typeof fetch>))
      },
    })
    await expect(counting.images.v1.create({ account_id, id: 'once', file } as never)).rejects.toBeInstanceOf(
      Cloudflare.ConflictError,
    )
    expect(requests).toBe(1)
    const nobody = new Cloudflare({ apiToken: 'nobody', baseURL: `${system.baseUrl}/client/v4` })
    await expect(nobody.images.v1.get('x', { account_id })).rejects.toBeInstanceOf(
      Cloudflare.AuthenticationError,
    )
    const reader = new Cloudflare({ apiToken: account.readToken, baseURL: `${system.baseUrl}/client/v4` })
    await expect(reader.images.v1.delete('once', { account_id })).rejects.toBeInstanceOf(
      Cloudflare.PermissionDeniedError,
    )
    const refused = client.images.v1.create({
      account_id,
      file: await toFile(Buffer.from('text'), 'a.png'),
    } as never)
    await expect(refused).rejects.toMatchObject({ status: 415, errors: [{ code: 5455 }] })
    await expect(client.images.v1.create({ account_id } as never)).rejects.toBeInstanceOf(
      Cloudflare.BadRequestError,
    )
  })
  it('handles custom ids with slashes, spaces and percent signs', async () => {
    for (const id of ['a/b c/100%', 'ünï/☃']) {
      const file = await toFile(await drawPng(5, 5), 'a.png')
      await client.images.v1.create({ account_id, id, file } as never)
      expect((await client.images.v1.get(id, { account_id })).id).toBe(id)
      expect(await client.images.v1.delete(id, { account_id })).toEqual({})
    }
  })
})
