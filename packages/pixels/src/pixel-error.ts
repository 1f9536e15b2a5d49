/**
 * Why a picture could not be read or written.
 * `corrupt`: the bytes break their format; `unsupported`: valid, but a kind we do not read; `too-large`: over a limit
 * or over its price; `truncated`: the bytes end before anything could be shown; `internal`: a fault of ours.
 */
export type PixelErrorReason = 'corrupt' | 'unsupported' | 'too-large' | 'truncated' | 'internal'

/** The only error that leaves this package. Its message is one sentence about the picture, fit for a client. */
export class PixelError extends Error {
  override name = 'PixelError'
  readonly reason: PixelErrorReason
  constructor(reason: PixelErrorReason, message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}
