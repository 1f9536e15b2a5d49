import { ApiError } from '@tintype/core'
import { describe, expect, it } from 'vitest'
import { createAccountDirectory } from './account-directory.ts'

/** A directory between an edge and a registry whose answers a test decides. */
function bench() {
  let time = 0
  const timers = {
    now: () => time,
    async wait(ms: number) {
      time += ms
    },
  }
  const edge = new Map<string, string>()
  const registry = new Map<string, string>()
  const asked: string[] = []
  const identity = (accountId: string, accountHash: string) => ({
    ...{ accountId, accountHash, zoneId: 'z', name: 'n' },
  })
  const directory = createAccountDirectory(
    { get: async () => null, getAccountHash: async (id) => edge.get(id) ?? null },
    () => ({
      async byId(id) {
        asked.push(id)
        const hash = registry.get(id)
        return hash === undefined ? null : identity(id, hash)
      },
      async byHash(hash) {
        asked.push(hash)
        const [id] = [...registry].find(([, known]) => known === hash) ?? []
        return id === undefined ? null : identity(id, hash)
      },
    }),
    timers,
  )
  return {
    ...{ directory, edge, registry, asked },
    wait: timers.wait,
  }
}
const outcomeOf = (answer: Promise<unknown>) =>
  answer.catch((error) => (error instanceof ApiError ? error.kind : 'another error'))

describe('the directory of accounts', () => {
  it('asks the registry about what the edge lacks, and remembers who was found', async () => {
    const { directory, edge, registry, asked } = bench()
    edge.set('published', 'hash')
    registry.set('young', 'young hash')
    expect([
      await directory.has('published'),
      await directory.has('young'),
      await directory.has('young'),
    ]).toEqual([true, true, true])
    expect([await directory.idOf('young hash'), await directory.idOf('young hash')]).toEqual([
      'young',
      'young',
    ])
    expect(asked).toEqual(['young', 'young hash'])
  })
  it('gives all who ask at once about the same id the same answer, by one question', async () => {
    const { directory, registry, asked } = bench()
    registry.set('young', 'hash')
    const three = (id: string) => Promise.all([1, 2, 3].map(() => outcomeOf(directory.has(id))))
    expect(await three('young')).toEqual([true, true, true])
    expect(await three('nobody')).toEqual([false, false, false])
    const hashes = [directory.idOf('hash'), directory.idOf('hash')]
    expect(await Promise.all(hashes)).toEqual(['young', 'young'])
    expect(asked).toEqual(['young', 'nobody', 'hash'])
  })
  it('says no again without asking again, and asks again a second later', async () => {
    const { directory, registry, asked, wait } = bench()
    for (let i = 0; i < 3; i++) expect(await directory.has('nobody')).toBe(false)
    expect(asked).toEqual(['nobody'])
    registry.set('nobody', 'hash')
    await wait(999)
    expect(await directory.has('nobody')).toBe(false)
    await wait(1)
    expect(await directory.has('nobody')).toBe(true)
  })
  it('asks about fifty unknown ids a second; those who are known are served all the same', async () => {
    const { directory, edge, asked, wait } = bench()
    const flood = (name: string) =>
      Promise.all(Array.from({ length: 200 }, (_, i) => outcomeOf(directory.has(`${name}${i}`))))
    const answers = await flood('a')
    expect(answers.filter((answer) => answer === false)).toHaveLength(50)
    expect(answers.filter((answer) => answer === 'rateLimited')).toHaveLength(150)
    edge.set('published', 'hash')
    expect(await directory.has('published')).toBe(true)
    // Hashes have a limit of their own: a flood of tokens does not close the upload URLs of young accounts.
    expect(await directory.idOf('nobody')).toBeNull()
    await wait(1000)
    await flood('b')
    expect(asked).toHaveLength(101)
  })
})
