import { describe, expect, it } from 'vitest'
import type { Env } from './env.ts'
import { parseMemoSeconds, requireBindings } from './env.ts'

describe('the bindings', () => {
  it('are named when they are missing, with what makes them', () => {
    expect(() => requireBindings({} as Partial<Env>)).toThrow(/"EDGE": add a \[\[kv_namespaces\]\] entry/)
  })
  it.each(['', '-1', '1.5', 'soon'])('take no "%s" for seconds', (text) => {
    expect(() => parseMemoSeconds(text)).toThrow(/EDGE_MEMO_SECONDS/)
  })
  it('take whole seconds, 0 included', () => {
    expect([parseMemoSeconds('0'), parseMemoSeconds('30')]).toEqual([0, 30])
  })
})
