import { ApiError } from '@tintype/core'

/** The route exists, for other methods. */
export class MethodNotAllowed extends ApiError {
  readonly allow: string
  /** @param allow the methods it takes, as the `Allow` header lists them */
  constructor(allow: string) {
    super('methodNotAllowed')
    this.allow = allow
  }
}

/** A handler that stands after a route's own methods. */
export const methodNotAllowed = (allow: string) => (): never => {
  throw new MethodNotAllowed(allow)
}
