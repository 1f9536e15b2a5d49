import { beforeEach, describe, expect, it } from 'vitest'
import { createUploadPlaces, ISOLATE_PLACES, type UploadPlace, type UploadPlaces } from './upload-places.ts'

let now: number
let places: UploadPlaces
const timers = {
  now: () => now,
  wait: async (ms: number) => {
    now += ms
  },
}
beforeEach(() => {
  now = 0
  places = createUploadPlaces(ISOLATE_PLACES, timers)
})

/** As many places as the account gets without anyone giving one back, up to `most`. */
async function takeAll(accountId: string, most = 20): Promise<UploadPlace[]> {
  const taken: UploadPlace[] = []
  while (taken.length < most) {
    const place = await places.claim(accountId).catch(() => null)
    for (const one of taken) one.renew()
    if (place === null) break
    taken.push(place)
  }
  return taken
}

describe('the places for uploads', () => {
  it('are at most six for one account', async () => {
    expect(await takeAll('a')).toHaveLength(6)
    await expect(places.claim('a')).rejects.toMatchObject({ kind: 'unavailable' })
  })
  it('are never all taken by two accounts: a third gets its own at once', async () => {
    const [a, b] = [await takeAll('a'), await takeAll('b')]
    expect([a.length, b.length]).toEqual([6, 2])
    for (const place of [...a, ...b]) place.renew()
    const before = now
    for (const newcomer of ['c', 'd', 'e', 'f']) await places.claim(newcomer)
    expect(now).toBe(before)
    await expect(places.claim('g')).rejects.toMatchObject({ kind: 'unavailable' })
  })
  it('come back by release, once', async () => {
    const taken = await takeAll('a')
    taken[0]?.release()
    taken[0]?.release()
    const before = now
    await places.claim('a')
    expect(now).toBe(before)
    await expect(places.claim('a')).rejects.toMatchObject({ kind: 'unavailable' })
  })
  it('come back from an upload that fell silent, and stay with one that did not', async () => {
    const [alive] = await takeAll('a')
    now += 45_000
    alive?.renew()
    now += 20_000
    expect(await takeAll('a')).toHaveLength(5)
  })
  it('are waited for, 20 s at most', async () => {
    await takeAll('a')
    const before = now
    await expect(places.claim('a')).rejects.toMatchObject({ kind: 'unavailable' })
    expect(now - before).toBe(20_000)
  })
  it('count an upload whose lease ran out and which goes on after all', async () => {
    const taken = await takeAll('a')
    now += 60_000
    for (const place of taken) place.renew()
    await expect(places.claim('a')).rejects.toMatchObject({ kind: 'unavailable' })
  })
})
