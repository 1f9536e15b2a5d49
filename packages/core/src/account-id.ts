import { ApiError } from './errors.ts'
import { formatHex } from './format-hex.ts'

const HEX_32 = /^[0-9a-f]{32}$/

/** Account, zone and token identifiers are 16 random bytes in hex. */
export const isHexId = (text: string): boolean => HEX_32.test(text)

/** @throws ApiError `invalidPathIdentifier`, as the front door answers before any Images code runs */
export function parsePathHexId(text: string | undefined): string {
  if (text !== undefined && isHexId(text)) return text
  throw new ApiError('invalidPathIdentifier')
}

export const formatHexId = (random: Uint8Array): string => formatHex(random.subarray(0, 16))

/** 16 bytes as 22 base64url characters: the account's name in delivery URLs. Stable, and no secret. */
export const formatAccountHash = (random: Uint8Array): string => formatBase64Url(random.subarray(0, 16))

export const formatBase64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
