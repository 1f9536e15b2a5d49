import { ApiError, type ErrorKind } from '@tintype/core'

/** An error whose answer says more than its text: `allow`, `content-range`, `retry-after`. */
export class Refusal extends ApiError {
  override name = 'Refusal'
  readonly headers: Readonly<Record<string, string>>
  constructor(kind: ErrorKind, headers: Readonly<Record<string, string>>, detail?: string) {
    super(kind, detail)
    this.headers = headers
  }
}
