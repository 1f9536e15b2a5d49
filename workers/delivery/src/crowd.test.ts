import { beforeEach, describe, expect, it } from 'vitest'
import { type Crowd, createCrowd } from './crowd.ts'

let now: number
let turns: number
let crowd: Crowd

beforeEach(() => {
  now = 0
  turns = 0
  crowd = createCrowd({
    now: () => now,
    wait: async () => {
      turns += 1
    },
  })
})

describe('a crowd of requests', () => {
  it('takes turns once there are more than eight', async () => {
    const places = Array.from({ length: 8 }, () => crowd.enter())
    await crowd.yieldIfLarge()
    expect(turns).toBe(0)
    const ninth = crowd.enter()
    await crowd.yieldIfLarge()
    expect(turns).toBe(1)
    ninth.release()
    await crowd.yieldIfLarge()
    expect(turns).toBe(1)
    for (const place of places) place.release()
  })

  it('forgets requests that were cancelled', async () => {
    for (let i = 0; i < 100; i++) crowd.enter()
    await crowd.yieldIfLarge()
    expect(turns).toBe(1)
    now += 5000
    await crowd.yieldIfLarge()
    expect(turns).toBe(1)
  })
})
