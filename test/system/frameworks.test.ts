import sharp from 'sharp'
import { transformUrl } from 'unpic'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PictureOrigin, startPictureOrigin } from '../support/picture-origin.ts'
import { drawPng } from '../support/pictures.ts'
import { type System, startSystem } from '../support/system.ts'

/* What image components of frameworks write for the platform works unchanged. */

let origin: PictureOrigin
let system: System

beforeAll(async () => {
  const photo = await drawPng(1200, 800)
  origin = await startPictureOrigin(() => ({ body: photo }))
  system = await startSystem()
  const account = await system.createAccount('frameworks')
  const settings = `/zones/${account.zoneId}/settings`
  await system.api(account, 'PATCH', `${settings}/transformations_allowed_origins`, { value: '127.0.0.1' })
  expect((await system.configure(account, { origin: origin.url })).status).toBe(200)
})
afterAll(async () => {
  await system?.close()
  await origin?.close()
})

async function show(url: string, accept = '*/*') {
  const { pathname, search } = new URL(url, 'http://site.example')
  const response = await system.deliver(pathname + search, { accept })
  const bytes = Buffer.from(await response.arrayBuffer())
  expect(response.status, bytes.toString('latin1', 0, 200)).toBe(200)
  const { width, height, format } = await sharp(bytes).metadata()
  return { width, height, format, warning: response.headers.get('warning') }
}

describe('unpic', () => {
  const shown = { width: 300, height: 200, warning: null }
  const of = (...call: Parameters<typeof transformUrl>) => transformUrl(...call) as string

  it('of a picture of the same site', async () => {
    const url = of({ url: '/photo.png', provider: 'cloudflare', width: 300 })
    // It asks for `fit=cover` also where it gives one side alone.
    const warning = 'cf-images 299 "cover fit mode needs both width and height"'
    expect(await show(url, 'image/webp')).toEqual({ ...shown, format: 'webp', warning })
  })

  it('of a picture of another host, with options of its own', async () => {
    const url = of(
      { url: `${origin.url}/photo.png`, provider: 'cloudflare', width: 300, height: 200, quality: 70 },
      { cloudflare: { fit: 'cover', gravity: 'auto', sharpen: 1, metadata: 'none' } },
      { cloudflare: { domain: 'site.example' } },
    )
    expect(await show(url, 'image/avif')).toEqual({ ...shown, format: 'heif' })
  })

  it('of a URL that is one of a transformation already', async () => {
    const url = of({
      ...{ url: `https://site.example/cdn-cgi/image/width=128,f=auto,fit=cover/${origin.url}/photo.png` },
      ...{ width: 300, height: 200 },
    })
    expect(await show(url)).toMatchObject(shown)
  })
})

/**
 * The URLs of @nuxt/image's provider for the platform, by its documented rules: short names, its own words for fits, values
 * encoded as in a query, `f=auto` by default. The package itself would bring all of Nuxt.
 */
function nuxtImage(src: string, modifiers: Record<string, string | number>): string {
  const names: Record<string, string> = { width: 'w', height: 'h', gravity: 'g', quality: 'q', format: 'f' }
  const fits: Record<string, string> = { fill: 'scale-down', outside: 'crop', inside: 'pad' }
  const options = Object.entries({ format: 'auto', ...modifiers }).map(([name, value]) => {
    const word = name === 'fit' ? (fits[value] ?? value) : value
    return `${names[name] ?? name}=${encodeURIComponent(word)}`
  })
  return `/cdn-cgi/image/${options.join(',')}/${src.replace(/^\//, '')}`
}

describe('@nuxt/image', () => {
  it.each([
    [{ width: 300 }, 300, 200],
    [{ width: 300, height: 300, fit: 'cover' }, 300, 300],
    [{ width: 300, height: 300, fit: 'contain' }, 300, 200],
    [{ width: 300, height: 300, fit: 'fill' }, 300, 200],
    [{ width: 300, height: 300, fit: 'inside' }, 300, 300],
    [{ width: 300, height: 300, fit: 'outside', gravity: 'auto' }, 300, 300],
    [{ width: 300, dpr: 2, quality: 60, sharpen: 1 }, 600, 400],
  ])('%j', async (modifiers, width, height) => {
    const url = nuxtImage('/burger.png', modifiers as Record<string, string | number>)
    expect(await show(url, 'image/webp')).toEqual({ width, height, format: 'webp', warning: null })
  })

  it('of a picture of another host', async () => {
    const url = nuxtImage(`${origin.url}/burger.png`, { width: 300, format: 'jpeg' })
    expect(await show(url)).toEqual({ width: 300, height: 200, format: 'jpeg', warning: null })
  })
})

/** The loader that the platform documents for Next.js, in words of our own. */
const nextLoader = ({ src, width, quality }: { src: string; width: number; quality?: number }): string => {
  const options = [`width=${width}`, ...(quality ? [`quality=${quality}`] : [])]
  return `/cdn-cgi/image/${options.join(',')}/${src.startsWith('/') ? src.slice(1) : src}`
}

describe('a loader of Next.js', () => {
  it.each([640, 750, 828, 1080])('in a set of sources, at %i px', async (width) => {
    expect(await show(nextLoader({ src: '/me.png', width, quality: 75 }))).toMatchObject({
      width,
      warning: null,
    })
  })

  it('of a picture of another host, with a query of its own', async () => {
    origin.takeSeen()
    await show(nextLoader({ src: `${origin.url}/me.png?v=2&x=a%20b`, width: 384 }))
    expect(origin.takeSeen().map(({ path }) => path)).toContain('/me.png?v=2&x=a%20b')
  })
})
