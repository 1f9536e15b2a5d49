import { expect, it } from 'vitest'
import { credentialsOf, isTransformRequest } from './origin-auth.ts'

const SHARED = {
  authorization: 'Bearer x',
  cookie: 'a=b',
  'x-amz-content-sha256': '1',
  'x-amz-date': '2',
  'x-ms-date': '3',
  'x-ms-version': '4',
  'x-sa-date': '5',
  'cf-access-client-id': '6',
  'cf-access-client-secret': '7',
}

it('a source sees exactly these headers of a request, and none unless they are shared', () => {
  const headers = new Headers({ ...SHARED, 'x-api-key': 's', 'x-amz-security-token': 't', referer: 'u' })
  expect(credentialsOf(headers, 'share-publicly')).toEqual(SHARED)
  expect(credentialsOf(new Headers({ cookie: 'a=b' }), 'share-publicly')).toEqual({ cookie: 'a=b' })
  expect(credentialsOf(headers, undefined)).toEqual({})
})

it('a request of somebody who transforms already says so in `via`', () => {
  const told = ['1.1 image-resizing', '1.0 fred, 1.1 image-resizing (x)', 'IMAGE-RESIZING'].map(
    isTransformRequest,
  )
  expect([...told, ...[null, '', '1.1 vegur'].map(isTransformRequest)]).toEqual([
    ...[true, true, true],
    ...[false, false, false],
  ])
})
