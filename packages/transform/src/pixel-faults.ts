import { ApiError, type ErrorKind } from '@tintype/core'
import { PixelError, type PixelErrorReason } from '@tintype/pixels'

const KINDS = {
  corrupt: 'decodingFailed',
  truncated: 'decodingFailed',
  unsupported: 'notAnImage',
  'too-large': 'refusedDimensions',
} as const satisfies Partial<Record<PixelErrorReason, ErrorKind>>

/** The kernel's error as one that callers know; its sentence is about the picture, so they may read it. */
export function toDeliveryError(error: unknown, internal: 'deliveryInternal' | 'encodingFailed'): unknown {
  if (!(error instanceof PixelError)) return error
  const { reason, message } = error
  if (reason === 'internal') return new ApiError(internal, undefined, { cause: error })
  return new ApiError(KINDS[reason], message, { cause: error })
}
