import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ApiError } from '../errors.ts'
import { parseTransformUrl } from './transform-url.ts'

const HOST = 'https://zone.example'
const parse = (path: string) => {
  const { list, source } = parseTransformUrl(new URL(`${HOST}${path}`))
  return [list, source.href]
}
const kindOf = (path: string) => {
  try {
    parse(path)
    return null
  } catch (error) {
    return error instanceof ApiError ? error.kind : error
  }
}

describe('a transform URL', () => {
  it.each([
    ['/image/w=300/photo.jpg', 'w=300', `${HOST}/photo.jpg`],
    ['/cdn-cgi/image/w=300,h=5/a/b/photo.jpg', 'w=300,h=5', `${HOST}/a/b/photo.jpg`],
    ['/image/w=300/photo.jpg?v=1&x=%20', 'w=300', `${HOST}/photo.jpg?v=1&x=%20`],
    ['/image/w=300//photo.jpg', 'w=300', `${HOST}/photo.jpg`],
    ['/image/w=300///b.com/photo.jpg', 'w=300', `${HOST}/b.com/photo.jpg`],
    ['/image/w=300/a%20b/%C3%A9.jpg', 'w=300', `${HOST}/a%20b/%C3%A9.jpg`],
    ['/image/w=300/a:b.jpg', 'w=300', `${HOST}/a:b.jpg`],
    ['/image/w=300/https://b.com/photo.jpg', 'w=300', 'https://b.com/photo.jpg'],
    ['/image/w=300/http://b.com/photo.jpg', 'w=300', 'http://b.com/photo.jpg'],
    ['/image/w=300/HTTPS://B.com./photo.jpg', 'w=300', 'https://b.com/photo.jpg'],
    ['/image/w=300/https:/b.com/photo.jpg', 'w=300', 'https://b.com/photo.jpg'],
    ['/image/w=300/https://b.com', 'w=300', 'https://b.com/'],
    ['/image/w=300/https://b.com/photo.jpg?a=1&b=2', 'w=300', 'https://b.com/photo.jpg?a=1&b=2'],
    ['/image/w=300/https%3A%2F%2Fb.com%2Fphoto.jpg', 'w=300', 'https://b.com/photo.jpg'],
    ['/image/w=300/https%3a%2f%2fb.com%2fa%2520b.jpg%3Fv%3D1', 'w=300', 'https://b.com/a%20b.jpg?v=1'],
    ['/image/w=300/https%3A%2F%2Fb.com%2Fa.jpg%3Fv%3D1?w=2', 'w=300', 'https://b.com/a.jpg?v=1&w=2'],
    ['/image/w=300/https%3A//b.com/photo.jpg', 'w=300', 'https://b.com/photo.jpg'],
    ['/image/w=300/https://b.com/photo.jpg#part', 'w=300', 'https://b.com/photo.jpg'],
    [
      '/image/background=rgb%28240%2C40%2C145%29/a.png',
      'background=rgb%28240%2C40%2C145%29',
      `${HOST}/a.png`,
    ],
    ['/image/w=300/image/w=5/a.png', 'w=300', `${HOST}/image/w=5/a.png`],
  ])('%s', (path, list, source) => {
    expect(parse(path)).toEqual([list, source])
  })
  it.each([
    '/image/',
    '/image',
    '/image/w=300',
    '/image/w=300/',
    '/image//photo.jpg',
    '/cdn-cgi/image//a.png',
  ])('%s is no page', (path) => {
    expect(kindOf(path)).toBe('noSuchPage')
  })
  it.each(['fastly', 'akamai', 'flow'])('with the reserved word %s is no page', (word) => {
    expect(kindOf(`/image/${word}/w=300/photo.jpg`)).toBe('noSuchPage')
  })
  it.each([
    '/image/w=1/ftp://b.com/a.png',
    '/image/w=1/file:///etc/passwd',
    '/image/w=1/file%3A%2F%2F%2Fetc%2Fpasswd',
    '/image/w=1/https%3A%2F%2Fb.com%2Fa b.png',
    '/image/w=1/https%3A%2F%2Fb.com%2Fa%20b.png',
    '/image/w=1/https%3A%2F%2Fb.com%2F%C3%A9.png',
    '/image/w=1/https%3A%2F%2Fb.com%2F%FF.png',
    '/image/w=1/https%3A%2F%2Fb.com%2Fa%0d%0ab.png',
    '/image/w=1/https://',
    '/image/w=1/https://b.com:99999/a.png',
    `/image/w=1/${'a'.repeat(17_000)}`,
  ])('%s has no source that could be fetched', (path) => {
    expect(kindOf(path)).toBe('invalidSourceUrl')
  })
  it('is refused or has an http source, whatever it looks like', () => {
    fc.assert(
      fc.property(
        fc.webPath(),
        fc.string(),
        fc.constantFrom('/image/', '/cdn-cgi/image/'),
        (path, text, prefix) => {
          for (const rest of [path, text, encodeURIComponent(text), `w=1/${text}`, `w=1/https:/${text}`]) {
            if (!URL.canParse(`${HOST}${prefix}${rest}`)) continue
            const url = new URL(`${HOST}${prefix}${rest}`)
            try {
              const { source, list } = parseTransformUrl(url)
              expect(source.protocol).toMatch(/^https?:$/)
              expect(source.hash).toBe('')
              expect(list).not.toContain('/')
            } catch (error) {
              expect(error).toBeInstanceOf(ApiError)
            }
          }
        },
      ),
    )
  })
})
