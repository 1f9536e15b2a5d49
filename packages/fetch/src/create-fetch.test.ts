import type { RequestInitCfProperties, RequestInitCfPropertiesImage } from '@cloudflare/workers-types'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { createFetch, type TintypeFetch } from './create-fetch.ts'
import type { ImageOptions, TransformCf } from './image-options.ts'
import type { TransformRequest } from './transform-service.ts'

const SOURCE = 'https://origin.example/cat.jpg'

/** A service that notes what it is asked, and a plain fetch that notes what it fetches. */
function recorder(answer: () => Response = () => new Response('picture')) {
  const asked: TransformRequest[] = []
  const fetched: Request[] = []
  const plain = async (input: RequestInfo | URL, init?: RequestInit) => {
    fetched.push(new Request(input, init))
    return new Response('plain')
  }
  const service = {
    async transform(request: TransformRequest) {
      asked.push(structuredClone(request))
      return answer()
    },
  }
  return { asked, fetched, plain, service, fetch: createFetch(service, { fetch: plain }) }
}

describe('a request without cf.image', () => {
  it.each<[string, Parameters<TintypeFetch>]>([
    ['no cf', [SOURCE]],
    ['a cf of other things', [SOURCE, { cf: { cacheTtl: 60, polish: 'lossy', mirage: true } }]],
    ['a Request', [new Request(SOURCE, { method: 'POST', body: 'x' })]],
  ])('is fetched as ever: %s', async (_, call) => {
    const { fetch, asked, fetched } = recorder()
    expect(await (await fetch(...call)).text()).toBe('plain')
    expect(asked).toEqual([])
    expect(fetched[0]?.url).toBe(SOURCE)
  })
})

describe('a request with cf.image', () => {
  it('asks the service for what the options say, with what the client takes and nothing more', async () => {
    const { fetch, asked, fetched } = recorder()
    const headers = {
      accept: 'image/webp',
      'if-none-match': '"a"',
      cookie: 'secret',
      authorization: 'x',
      'x-else': '1',
    }
    const response = await fetch(SOURCE, {
      headers,
      cf: { image: { width: 80, fit: 'cover' }, cacheKey: 'cat', polish: 'lossy', mirage: true },
    })
    expect(await response.text()).toBe('picture')
    expect(fetched).toEqual([])
    expect(asked).toEqual([
      {
        ...{ source: { url: SOURCE }, method: 'GET', image: { width: 80, fit: 'cover' }, cacheKey: 'cat' },
        headers: [
          ['accept', 'image/webp'],
          ['if-none-match', '"a"'],
        ],
      },
    ])
  })

  it('hands the documented credentials over with origin-auth, and no other header', async () => {
    const { fetch, asked } = recorder()
    const names = [
      ...['authorization', 'cookie', 'x-amz-content-sha256', 'x-amz-date', 'x-ms-date', 'x-ms-version'],
      ...['x-sa-date', 'cf-access-client-id', 'cf-access-client-secret'],
    ]
    const headers = Object.fromEntries([...names, 'x-api-key', 'referer'].map((name) => [name, `of ${name}`]))
    await fetch(SOURCE, { headers, cf: { image: { 'origin-auth': 'share-publicly', width: 9 } } })
    expect(new Map(asked[0]?.headers)).toEqual(new Map(names.map((name) => [name, `of ${name}`])))
  })

  it('tells of the screen where the width follows it', async () => {
    const { fetch, asked } = recorder()
    const headers = { 'sec-ch-viewport-width': '500', 'user-agent': 'iPhone' }
    for (const width of ['auto', 80]) await fetch(SOURCE, { headers, cf: { image: { width } } })
    expect(asked.map(({ headers }) => headers)).toEqual([Object.entries(headers), []])
  })

  it('is understood in a Request as well, and init wins over it', async () => {
    const { fetch, asked } = recorder()
    const request = new Request(SOURCE, {
      method: 'HEAD',
      headers: { accept: 'image/avif' },
      cf: { image: { width: 7 } },
    })
    await fetch(request)
    await fetch(request, { cf: { image: { width: 8 } } })
    expect(asked.map(({ method, image }) => [method, image.width])).toEqual([
      ['HEAD', 7],
      ['HEAD', 8],
    ])
    expect(asked[0]?.headers).toEqual([['accept', 'image/avif']])
  })

  it('is passed on untransformed when it comes from a transformation', async () => {
    const { fetch, asked, fetched } = recorder()
    const headers = { via: '1.1 proxy, 1.1 image-resizing' }
    expect(await (await fetch(SOURCE, { headers, cf: { image: { width: 80 } } })).text()).toBe('plain')
    expect([asked.length, fetched[0]?.headers.get('via')]).toEqual([0, headers.via])
    await fetch(new Request(SOURCE, { headers, cf: { image: { width: 80 } } }))
    expect(fetched[1]?.cf).toEqual({})
  })

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('is refused as a %s', async (method) => {
    const { fetch, asked } = recorder()
    const response = await fetch(SOURCE, { method, cf: { image: { width: 80 } } })
    expect([response.status, response.headers.get('cf-resized'), asked.length]).toEqual([405, 'err=9432', 0])
  })

  it('asks in the name of a zone', async () => {
    const { service, asked } = recorder()
    await createFetch(service, { zone: 'example.com' })(SOURCE, { cf: { image: { width: 80 } } })
    expect(asked[0]?.zone).toBe('example.com')
  })
})

describe('what comes back', () => {
  const image = { width: 80 }
  it.each([
    [200, false],
    [304, true],
    [404, false],
  ])('a %i says whose it is, and counts as redirected: %s', async (status, redirected) => {
    const { fetch } = recorder(() => new Response(status === 304 ? null : 'x', { status }))
    const response = await fetch(SOURCE, { cf: { image } })
    expect([response.status, response.url, response.redirected]).toEqual([status, SOURCE, redirected])
  })

  it('is a Response too when the service cannot be reached', async () => {
    const { fetch } = recorder(() => {
      throw new Error('gone')
    })
    const response = await fetch(SOURCE, { cf: { image } })
    expect([response.status, response.headers.get('cf-resized')]).toEqual([502, 'err=9518'])
    expect(await response.text()).toBe('ERROR 9518: The image service could not be reached\n')
  })

  it('is what the caller aborted with', async () => {
    const { plain } = recorder()
    const never = { transform: () => new Promise<Response>(() => {}) }
    const controller = new AbortController()
    const waiting = createFetch(never, { fetch: plain })(SOURCE, { cf: { image }, signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
  })
})

describe('over HTTP', () => {
  const service = { baseUrl: 'https://images.example/', accountId: 'ab'.repeat(16), apiToken: 'tt_x' }

  it.each(['GET', 'HEAD'])('posts a %s with the token, and nothing of it to the source', async (method) => {
    const seen: Request[] = []
    const fetch = createFetch(service, {
      async fetch(input, init) {
        seen.push(new Request(input, init))
        return new Response('picture', { headers: { 'content-type': 'image/png', etag: '"e"' } })
      },
    })
    const response = await fetch(SOURCE, { method, cf: { image: { width: 80 } } })
    const [posted] = seen as [Request]
    expect([posted.method, posted.url]).toEqual([
      'POST',
      `https://images.example/client/v4/accounts/${service.accountId}/images/transform`,
    ])
    expect(posted.headers.get('authorization')).toBe('Bearer tt_x')
    expect(await posted.json()).toEqual({
      source: { url: SOURCE },
      method: 'GET',
      headers: [],
      image: { width: 80 },
    })
    expect(response.headers.get('content-type')).toBe('image/png')
    expect(await response.text()).toBe(method === 'GET' ? 'picture' : '')
  })
})

describe('types', () => {
  it('take everything that the platform takes', () => {
    expectTypeOf<RequestInitCfPropertiesImage>().toExtend<ImageOptions>()
    expectTypeOf<RequestInitCfProperties>().toExtend<TransformCf>()
    expectTypeOf<typeof fetch>().parameter(0).toExtend<Parameters<TintypeFetch>[0]>()
  })

  it('take what only the documentation has', () => {
    const image: ImageOptions = {
      ...{ fit: 'aspect-crop', format: 'auto', width: '80' },
      draw: [
        { text: 'a', color: 'red' },
        { url: SOURCE, width: 0.5, fit: 'aspect-crop' },
      ],
    }
    expectTypeOf(image).toExtend<NonNullable<TransformCf['image']>>()
    // @ts-expect-error no such operator
    const wrong: ImageOptions = { draw: [{ url: SOURCE, composite: 'multiply' }] }
    expect(wrong).toBeDefined()
  })
})
