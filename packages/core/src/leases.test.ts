import { expect, it } from 'vitest'
import { createLeases } from './leases.ts'

it('a lease is held until it is released or runs out', () => {
  let now = 0
  const leases = createLeases<string>({ now: () => now }, 100)
  const a = leases.hold('a')
  now = 50
  const b = leases.hold('b')
  expect(leases.holders()).toEqual(['a', 'b'])
  now = 99
  expect(leases.holders()).toEqual(['a', 'b'])
  now = 100
  expect(leases.holders()).toEqual(['b'])
  expect([a.renew(), b.renew()]).toEqual([false, true])
  now = 199
  expect(leases.holders()).toEqual(['b'])
  b.release()
  b.release()
  expect([leases.holders(), b.renew()]).toEqual([[], false])
})

it('equal holders hold apart', () => {
  const leases = createLeases<string>({ now: () => 0 }, 100)
  const first = leases.hold('a')
  leases.hold('a')
  first.release()
  expect(leases.holders()).toEqual(['a'])
})
