import { describe, expect, it } from 'vitest'
import {
  accessOfId,
  bucketOf,
  encodeIdForPath,
  formatGeneratedId,
  isGeneratedId,
  parseCustomId,
  withAccess,
} from './image-id.ts'

const random = Uint8Array.from({ length: 15 }, (_, i) => 0xa0 + i)

describe('a generated id', () => {
  it('is printed like a UUID and ends in its access flag', () => {
    expect(formatGeneratedId(random, 'public')).toBe('a0a1a2a3-a4a5-a6a7-a8a9-aaabacadae00')
    expect(formatGeneratedId(random, 'private')).toBe('a0a1a2a3-a4a5-a6a7-a8a9-aaabacadae01')
  })
  it('states its access and its bucket', () => {
    const id = formatGeneratedId(random, 'private')
    expect([isGeneratedId(id), accessOfId(id), bucketOf(id)]).toEqual([true, 'private', 0xa0])
    expect(accessOfId(withAccess(id, 'public'))).toBe('public')
  })
  it('with another flag byte is no id of ours', () => {
    expect(isGeneratedId('a0a1a2a3-a4a5-a6a7-a8a9-aaabacadae02')).toBe(false)
    expect(isGeneratedId('A0A1A2A3-a4a5-a6a7-a8a9-aaabacadae00')).toBe(false)
  })
})

describe('a custom id', () => {
  it.each([
    'cat',
    'shop/2026/ä ö.jpg',
    '100%',
    'a:b@c',
    'x'.repeat(1024),
    '😀'.repeat(1024),
    'blob',
    'a/keys',
  ])('may be %s', (id) => expect(parseCustomId(id)).toBe(id))
  it.each([
    ['', 'empty'],
    ['x'.repeat(1025), '1024'],
    ['a\u0000b', 'control'],
    ['a\r\nb', 'control'],
    ['\ud800', 'Unicode'],
    ['2cdc28f0-017a-49c4-9ed7-87056c83901f', 'UUID'],
    ['2CDC28F0-017A-49C4-9ED7-87056C839000', 'UUID'],
    ['/a', 'begin or end'],
    ['a/', 'begin or end'],
    ['a//b', 'segments'],
    ['../a', 'segments'],
    ['a/./b', 'segments'],
    ['keys/a', 'keys'],
    ['direct_upload', 'direct_upload'],
    ['a/blob', '/blob'],
  ])('may not be %j', (id, why) => {
    expect(() => parseCustomId(id)).toThrow(
      expect.objectContaining({ kind: 'badRequest', message: expect.stringContaining(why) }),
    )
  })
  it('spreads over all buckets', () => {
    const seen = new Set(Array.from({ length: 5000 }, (_, i) => bucketOf(`photos/img-${i}`)))
    expect(seen.size).toBe(256)
  })
  it('keeps its slashes in a path and encodes the rest', () => {
    expect(encodeIdForPath('a b/ü%/c?')).toBe('a%20b/%C3%BC%25/c%3F')
  })
})
