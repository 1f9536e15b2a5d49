import { formatHex, formatSourceIdentity, type ResultMeta, type SourceRef } from '@tintype/core'

async function digest(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return formatHex(new Uint8Array(bytes, 0, 16))
}

/**
 * The strong validator of a result, quotes included. It follows from what the result is made of, so that a copy can be
 * confirmed without making the result again. The engine's epoch comes with its answer: bytes of two engines never share
 * a validator. The second part stands for the original: equal parts, equal original.
 *
 *     "cf-<program, format and engine>:<source>"
 *
 * Rule: docs/parity.md#etag.
 */
export async function formatEtag(
  source: SourceRef,
  programHash: string,
  { epoch, format }: Pick<ResultMeta, 'epoch' | 'format'>,
): Promise<string> {
  const [making, original] = await Promise.all([
    digest(`${epoch}/${programHash}/${format}`),
    digest(formatSourceIdentity(source)), // hashed: a blob's key names the account
  ])
  return `"cf-${making.slice(0, 16)}:${original}"`
}
