import { createExecutionContext } from 'cloudflare:test'
import { durableAccountAuthority, durableAccountRegistry } from '@tintype/storage'
import { expect, it } from 'vitest'
import ApiWorker from '../../workers/api/src/index.ts'
import { bindings, freshAccountId } from './env.ts'

it('the edge document that the API hands on is data, and holds no call open', async () => {
  const accountId = freshAccountId()
  const identity = { accountId, accountHash: 'hash-of-rpc', zoneId: 'zone-of-rpc', name: 'rpc' }
  await durableAccountRegistry(bindings.REGISTRY).create(identity)
  const authority = durableAccountAuthority(bindings.ACCOUNTS, accountId)
  await authority.initialize(identity, { name: 'default', value: 'first' })
  const api = new ApiWorker(createExecutionContext(), { ...bindings, RENDER: {} } as never)
  const document = await api.edgeDocument('hash-of-rpc')
  expect(document?.variants).toHaveProperty('public')
  expect(Object.getOwnPropertySymbols(document)).toEqual([])
})
