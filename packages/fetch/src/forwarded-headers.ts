import type { ImageOptions } from './image-options.ts'

/** What decides how the result is sent. */
const ABOUT_CLIENT = ['accept', 'if-none-match', 'if-range', 'range', 'via']
/** What `width: 'auto'` follows. */
const ABOUT_SCREEN = ['sec-ch-viewport-width', 'viewport-width', 'sec-ch-width', 'width', 'user-agent']
/** What `origin-auth` hands to the source; the service passes on nothing else. */
const CREDENTIALS = [
  ...['authorization', 'cookie', 'cf-access-client-id', 'cf-access-client-secret'],
  ...['x-amz-content-sha256', 'x-amz-date', 'x-ms-date', 'x-ms-version', 'x-sa-date'],
]

/** The headers of a request that the service may see: what it would not use never leaves the Worker. */
export function forwardedHeaders(headers: Headers, image: ImageOptions): (readonly [string, string])[] {
  const names = [
    ...ABOUT_CLIENT,
    ...(image.width === 'auto' ? ABOUT_SCREEN : []),
    ...(image['origin-auth'] === 'share-publicly' ? CREDENTIALS : []),
  ]
  return names.flatMap((name) => {
    const value = headers.get(name)
    return value === null ? [] : [[name, value] as const]
  })
}
