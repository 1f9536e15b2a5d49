import { ApiError } from '@tintype/core'
import type { Services } from './services.ts'

/**
 * Nothing is stored for an account that only transforms pictures of other hosts. What it has stored before stays.
 * @throws ApiError `notEntitled`
 * Rule: docs/parity.md#storage-off.
 */
export async function requireStorage(
  accountId: string,
  { authority }: Pick<Services, 'authority'>,
): Promise<void> {
  const { storage } = await authority(accountId).settings()
  if (storage === 'off') throw new ApiError('notEntitled', 'storage is off for this account')
}
