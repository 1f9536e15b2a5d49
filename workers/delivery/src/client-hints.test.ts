import type { OptionsOf } from '@tintype/core'
import { beforeEach, expect, it } from 'vitest'
import { type Bench, createBench, type TestAccount } from './testing/bench.ts'

let bench: Bench
let account: TestAccount
let path: string

beforeEach(async () => {
  bench = createBench()
  account = await bench.createAccount()
  const { id } = await account.putImage()
  path = `/${account.hash}/${id}/screen`
})

async function putVariant(options: OptionsOf<'variant'>) {
  const screen = {
    id: 'screen',
    options: { fit: 'scale-down', metadata: 'none', ...options },
    neverRequireSignedURLs: false,
  } as const
  await account.change({ variants: { ...account.document().variants, screen } })
}
const widthOf = (job: Bench['jobs'][number] | undefined) => {
  const resize = job?.program.ops.find(({ op }) => op === 'resize')
  return resize?.op === 'resize' ? resize.width : null
}

it('makes a result per chosen width, not per width that a client tells', async () => {
  await putVariant({ width: 'auto' })
  const fetchFor = (headers: Record<string, string>) => bench.fetch(path, { headers })
  await fetchFor({ 'sec-ch-viewport-width': '500' })
  await fetchFor({ 'sec-ch-viewport-width': '600' })
  await fetchFor({ 'viewport-width': '700' })
  await fetchFor({ 'user-agent': 'Mozilla/5.0 (iPhone)' })
  expect(bench.jobs.map(widthOf)).toEqual([768])
  await fetchFor({ 'user-agent': 'Mozilla/5.0 (X11; Linux)' })
  expect(bench.jobs.map(widthOf)).toEqual([768, 1200])
})

it('says which headers decide, whatever this client sent, and asks pages for them', async () => {
  await putVariant({ width: 'auto' })
  const response = await bench.fetch(path)
  expect(response.headers.get('vary')).toBe(
    'accept, sec-ch-viewport-width, viewport-width, sec-ch-width, width, user-agent',
  )
  expect(response.headers.get('accept-ch')).toBe('sec-ch-viewport-width, sec-ch-width')
  const etag = response.headers.get('etag') as string
  const confirmed = await bench.fetch(path, { headers: { 'if-none-match': etag } })
  expect(confirmed.status).toBe(304)
  expect(confirmed.headers.get('vary')).toBe(response.headers.get('vary'))
})

it('names no hint where none matters', async () => {
  await putVariant({ width: 100 })
  const response = await bench.fetch(path, { headers: { 'sec-ch-viewport-width': '500' } })
  expect(response.headers.get('vary')).toBe('accept')
  expect(response.headers.get('accept-ch')).toBeNull()
})

it('warns of a dpr that counts as less, and of a format that is a hint', async () => {
  await putVariant({ width: 100, dpr: 3, format: 'png' })
  const response = await bench.fetch(path)
  expect(bench.jobs.map(widthOf)).toEqual([200])
  expect(response.headers.get('warning')).toBe(
    'cf-images 299 "dpr > 2 counts as 2; JPEG vs PNG selection is automatic"',
  )
})

it('gives all clients the one result of a format that is named, whatever they take', async () => {
  await putVariant({ format: 'webp' })
  for (const accept of ['image/avif,image/webp', 'image/webp', '*/*', 'image/avif']) {
    const response = await bench.fetch(path, { headers: { accept } })
    expect(response.status).toBe(200)
  }
  expect(bench.jobs.map(({ formatClass }) => formatClass)).toEqual(['base'])
})
