import { type ClientHints, parseClientHints } from '@tintype/core'
import { type HeldEtags, parseIfNoneMatch } from './conditional.ts'

/** What a request says of its client: what it takes, is, holds and wants a part of. */
export interface Client {
  readonly isHead: boolean
  readonly accept: string | null
  readonly hints: ClientHints
  readonly heldEtags: HeldEtags
  readonly range: string | null
  readonly ifRange: string | null
}

export function readClient({ method, headers }: Request): Client {
  return {
    isHead: method === 'HEAD',
    accept: headers.get('accept'),
    hints: parseClientHints((name) => headers.get(name)),
    heldEtags: parseIfNoneMatch(headers.get('if-none-match')),
    range: headers.get('range'),
    ifRange: headers.get('if-range'),
  }
}
