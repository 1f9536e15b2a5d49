/**
 * How long an id stays claimed for an upload that gives no sign of life, ms. After a crash it is free again within this
 * time. Rule: docs/storage.md#row-states.
 */
export const UPLOAD_LEASE_MS = 45_000
/** How often whoever receives the upload renews its claim, ms: three renewals may be lost. */
export const LEASE_RENEWAL_MS = 10_000
