import { formatSourceIdentity, hashText, type ResultMeta, type SourceRef } from '@tintype/core'

const digest = (text: string): Promise<string> => hashText(text, 16)

const MAX_VALIDATOR_CHARACTERS = 200
const shorten = (validator: string): string | Promise<string> =>
  validator.length > MAX_VALIDATOR_CHARACTERS ? digest(validator) : validator

/**
 * The strong validator of a result, quotes included. It follows from what the result is made of, so that a copy can be
 * confirmed without making the result again. The engine's epoch comes with its answer: bytes of two engines never share
 * a validator. The second part stands for the original: equal parts, equal original.
 *
 *     "cf-<program, format, engine, and address of a picture of another host>:<source>"
 *
 * Rule: docs/parity.md#etag.
 */
export async function formatEtag(
  source: SourceRef,
  programHash: string,
  { epoch, format, remote }: Pick<ResultMeta, 'epoch' | 'format' | 'remote'>,
): Promise<string> {
  const [making, original] = await Promise.all([
    // Hosts give equal tags to different pictures, and a call may show one and another under one URL.
    digest(
      `${epoch}/${programHash}/${format}${remote === undefined ? '' : `/${formatSourceIdentity(source)}`}`,
    ),
    // Hashed: a blob's key names the account. Another host's own tag is shown, so that it can be compared.
    remote === undefined ? digest(formatSourceIdentity(source)) : shorten(remote.validator),
  ])
  return `"cf-${making.slice(0, 16)}:${original}"`
}
