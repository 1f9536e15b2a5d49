import { hashText } from '@tintype/core'

/** Every key this project writes to R2 and KV. docs/storage.md says who writes and who removes each. */

/** R2 allows 1,024 bytes in a key; an id may have 4,096. Longer ids go by their hash, under a name no id can have. */
const MAX_PLAIN_ID_BYTES = 960

export const blobKey = (accountId: string, random: string): string => `blobs/${accountId}/${random}`

export async function headKey(accountId: string, imageId: string): Promise<string> {
  const bytes = new TextEncoder().encode(imageId)
  if (bytes.length <= MAX_PLAIN_ID_BYTES) return `heads/${accountId}/${imageId}`
  return `heads/${accountId}//${await hashText(imageId)}` // a custom id never begins with `/`, so nothing else can be called this
}

/** All derived results of one blob, in one engine epoch. */
export const derivedPrefix = (engineEpoch: number, blobKeyText: string): string =>
  `derived/v1/${engineEpoch}/${blobKeyText.replace(/^blobs\//, '')}/`

export const derivedKey = (
  engineEpoch: number,
  blobKeyText: string,
  programHash: string,
  format: string,
): string => `${derivedPrefix(engineEpoch, blobKeyText)}${programHash}.${format}`

/** All derived results of another host's picture. `scope` says whose they are and of what, in hexadecimal. */
export const remoteDerivedPrefix = (engineEpoch: number, scope: string): string =>
  `derived/v1/${engineEpoch}/remote/${scope}/`

export const remoteDerivedKey = (
  engineEpoch: number,
  scope: string,
  programHash: string,
  format: string,
): string => `${remoteDerivedPrefix(engineEpoch, scope)}${programHash}.${format}`

/** Where a body of unknown length waits while one job reads it. */
export const spoolKey = (random: string): string => `spool/${random}`

/** Of a picture that came with a call; it is gone when the call is over. */
export const partKey = (random: string): string => `parts/${random}`

export const accountKey = (accountId: string): string => `account/${accountId}`

export const hostKey = (hostname: string): string => `host/${hostname}`

export const edgeKey = (accountHash: string): string => `edge/${accountHash}`

export const purgeKey = (accountHash: string, bucket: number): string =>
  `${edgeKey(accountHash)}/purge/${bucket.toString(16).padStart(2, '0')}`
