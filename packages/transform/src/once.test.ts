import { expect, it } from 'vitest'
import { once } from './once.ts'

it('loads once, for all who ask meanwhile and later', async () => {
  let loads = 0
  const load = once(async () => ++loads)
  expect(await Promise.all([load(), load()])).toEqual([1, 1])
  expect(await load()).toBe(1)
})

it('forgets a failed load', async () => {
  let loads = 0
  const load = once(async () => {
    loads += 1
    if (loads === 1) throw new Error('not yet')
    return loads
  })
  await expect(load()).rejects.toThrow('not yet')
  expect(await load()).toBe(2)
})
