import { DEFAULT_SETTINGS, type EdgeDocument, type EdgeDocuments } from '@tintype/core'
import { describe, expect, it } from 'vitest'
import { createEdgeMemo } from './edge-memo.ts'

const documentOf = (accountHash: string, version: number): EdgeDocument => ({
  ...{ version, accountHash, accountId: 'a', variants: {}, signingKeys: [] },
  ...{ settings: DEFAULT_SETTINGS, purgeClock: 0, purgeLog: {} },
})

/** A store and an authority that count how often they are asked. */
function setUp(memoSeconds: number) {
  const asked = { store: 0, purges: 0, authority: 0, hosts: 0, hostAuthority: 0 }
  const state = { version: 1, authority: 1, purgeClock: 0, purgeLog: {}, now: 1_000_000 }
  const store: Pick<EdgeDocuments, 'get' | 'getHost' | 'getPurges'> = {
    get: async (hash) => {
      asked.store++
      return hash === 'none' ? null : documentOf(hash, state.version)
    },
    getHost: async (hostname) => {
      asked.hosts++
      return hostname === 'claimed.com' ? 'claimer' : null
    },
    getPurges: async () => {
      asked.purges++
      return state.purgeClock === 0 ? null : { purgeClock: state.purgeClock, purgeLog: state.purgeLog }
    },
  }
  const authority = async (hash: string) => {
    asked.authority++
    return hash.startsWith('none') ? null : documentOf(hash, state.authority)
  }
  const hostAuthority = async (hostname: string) => {
    asked.hostAuthority++
    return `default of ${hostname}`
  }
  const timers = {
    now: () => state.now,
    async wait(ms: number) {
      state.now += ms
    },
  }
  return { asked, state, memo: createEdgeMemo(store, authority, hostAuthority, memoSeconds, timers) }
}

describe('the edge memo', () => {
  it('reads once in its time, absences too', async () => {
    const { asked, state, memo } = setUp(30)
    for (const hash of ['h', 'h', 'none', 'none']) await memo.read(hash)
    await memo.readPurges('h', 1)
    await memo.readPurges('h', 1)
    await memo.readPurges('h', 2)
    expect(asked).toMatchObject({ store: 2, purges: 2, authority: 0 })
    state.now += 29_999
    await memo.read('h')
    expect(asked.store).toBe(2)
    state.now += 1
    await memo.read('h')
    expect(asked.store).toBe(3)
  })
  it('reads every time when it is turned off', async () => {
    const { asked, memo } = setUp(0)
    for (let i = 0; i < 3; i++) await memo.read('h')
    await memo.readPurges('h', 1)
    await memo.readPurges('h', 1)
    expect(asked).toMatchObject({ store: 3, purges: 2, authority: 0 })
  })
  it('remembers whose zone answers for a host, claimed or not', async () => {
    const { asked, state, memo } = setUp(30)
    for (let i = 0; i < 2; i++) {
      expect([await memo.readHost('claimed.com'), await memo.readHost('other.com')]).toEqual([
        'claimer',
        'default of other.com',
      ])
    }
    expect(asked).toMatchObject({ hosts: 2, hostAuthority: 1 })
    state.now += 30_000
    await memo.readHost('claimed.com')
    expect(asked).toMatchObject({ hosts: 3, hostAuthority: 1 })
  })
  it('asks the authority about a few invented hosts alone, and refuses the others', async () => {
    const { asked, memo } = setUp(30)
    const answers = await Promise.allSettled(Array.from({ length: 50 }, (_, i) => memo.readHost(`${i}.com`)))
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(20)
    expect(asked.hostAuthority).toBe(20)
    expect(await memo.readHost('claimed.com')).toBe('claimer')
  })
  it('never goes back to an older document', async () => {
    const { state, memo } = setUp(30)
    state.authority = 7
    expect((await memo.readAuthority('h'))?.version).toBe(7)
    state.now += 60_000
    state.version = 6
    expect((await memo.read('h'))?.version).toBe(7)
    state.now += 60_000
    state.version = 8
    expect((await memo.read('h'))?.version).toBe(8)
  })
  it('never goes back to older purges', async () => {
    const { state, memo } = setUp(30)
    const seen = []
    for (const purgeClock of [0, 3, 2, 0, 4]) {
      state.purgeClock = purgeClock
      state.now += 60_000
      seen.push((await memo.readPurges('h', 1)).purgeClock)
    }
    expect(seen).toEqual([0, 3, 3, 3, 4])
  })
  it('asks the authority about one hash once a second, and about a bounded number of hashes', async () => {
    const { asked, state, memo } = setUp(0)
    const together = await Promise.all([1, 2, 3].map(() => memo.readAuthority('h')))
    expect(together.map((document) => document?.version)).toEqual([1, 1, 1])
    expect((await memo.readAuthority('h'))?.version).toBe(1)
    expect(asked.authority).toBe(1)
    for (let i = 0; i < 100; i++) await memo.readAuthority(`none${i}`)
    expect(asked.authority).toBe(20)
    expect(await memo.readAuthority('another')).toBeNull()
    state.now += 1000
    state.authority = 2
    expect((await memo.readAuthority('h'))?.version).toBe(2)
    expect(asked.authority).toBe(21)
  })
  it('holds logs of a bounded size', async () => {
    const { asked, state, memo } = setUp(30)
    state.purgeClock = 1
    state.purgeLog = Object.fromEntries(
      Array.from({ length: 5000 }, (_, i) => [`image:${'x'.repeat(90)}${i}`, 1]),
    )
    for (let bucket = 0; bucket < 256; bucket++) await memo.readPurges('h', bucket) // some 128 MB, were they all kept
    expect(asked.purges).toBe(256)
    await memo.readPurges('h', 255)
    expect(asked.purges).toBe(256)
    await memo.readPurges('h', 200)
    expect(asked.purges).toBe(257)
  })
  it('holds a bounded number of documents and forgets the least used', async () => {
    const { asked, memo } = setUp(30)
    await memo.read('first')
    for (let i = 0; i < 499; i++) await memo.read(`h${i}`)
    await memo.read('first')
    await memo.read('one more')
    expect(asked.store).toBe(501)
    await memo.read('first')
    expect(asked.store).toBe(501)
    await memo.read('h0')
    expect(asked.store).toBe(502)
  })
})
