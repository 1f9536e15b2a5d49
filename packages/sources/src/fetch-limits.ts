/** Bytes of a source, as they are counted and as they are declared. Rule: docs/parity.md#limits. */
export const MAX_SOURCE_BYTES = 100 * 1000 * 1000
/** Redirects that are followed. */
export const MAX_REDIRECTS = 5
/** Until a host has answered with headers, redirects included. */
export const HEADERS_TIMEOUT_MS = 15_000
/** Without a byte. Only time in which we wait for the host counts. */
export const IDLE_TIMEOUT_MS = 10_000
/** What waiting for the bytes of one source may come to, so that a trickle ends too. */
export const BODY_TIMEOUT_MS = 60_000
