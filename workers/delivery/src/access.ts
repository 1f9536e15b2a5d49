import { type Access, ApiError, type SignatureVerdict, verifySignature } from '@tintype/core'
import type { Account } from './account.ts'

/** Why a request may see the image, and until when. `open` asks nothing of anybody. */
export type Grant =
  | { readonly kind: 'open' }
  | { readonly kind: 'signed'; readonly expiresAtSeconds: number | null }

/** Stands before every cache and store: nothing of an image is answered without a grant. */
export interface Gate {
  /** @throws ApiError `accessDenied`, saying what is wrong with the URL and nothing of the image */
  admit(access: Access): Promise<Grant>
}

/** What a signer may have signed, and when it is looked at. */
export interface SignedRequest {
  readonly paths: readonly string[]
  /** The raw query. */
  readonly search: string
  readonly nowSeconds: number
}

const DENIALS = {
  absent: 'this image needs a signed URL',
  malformed: 'the URL needs exactly one "sig" of 64 hexadecimal digits and at most one "exp" in Unix seconds',
  mismatch: 'the signature does not fit this URL',
  expired: 'the signed URL has expired',
} as const

/**
 * The gate of one request. A signature is judged once, and only when an answer depends on it.
 * @param neverRequireSigned whether the variant is open to all, private images included
 * Rule: docs/parity.md#signed-urls.
 */
export function createGate(account: Account, neverRequireSigned: boolean, request: SignedRequest): Gate {
  const verify = (keys: Account['document']['signingKeys']) =>
    verifySignature(request.paths, request.search, keys, request.nowSeconds)
  const judge = async (): Promise<SignatureVerdict> => {
    // A signature that no known key proves may be by a newer key; every other verdict stands.
    const proved = await account.find(async ({ signingKeys }) => {
      const verdict = await verify(signingKeys)
      return verdict.kind === 'invalid' && verdict.reason === 'mismatch' ? null : verdict
    })
    return proved ?? { kind: 'invalid', reason: 'mismatch' }
  }
  let verdict: SignatureVerdict | undefined
  return {
    async admit(access) {
      if (access === 'public' || neverRequireSigned) return { kind: 'open' }
      verdict ??= await judge()
      if (verdict.kind === 'valid') return { kind: 'signed', expiresAtSeconds: verdict.expiresAtSeconds }
      throw new ApiError('accessDenied', DENIALS[verdict.kind === 'absent' ? 'absent' : verdict.reason])
    },
  }
}
