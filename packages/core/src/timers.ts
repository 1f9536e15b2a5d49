/** Where time comes from: epoch milliseconds. */
export interface Clock {
  now(): number
}

/** A clock that can be waited on. */
export interface Timers extends Clock {
  /** Resolves after so many milliseconds; rejects when `signal` is aborted before. */
  wait(ms: number, signal?: AbortSignal): Promise<unknown>
}
