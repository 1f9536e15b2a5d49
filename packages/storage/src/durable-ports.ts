import type { AccountAuthority, AccountRegistry, ImageIndex } from '@tintype/core'

// A stub of an object that implements a port is an adapter for that port: RPC carries the calls. The casts only bridge
// the stub's generated type, which can't express `unknown` inside metadata.

export const durableAccountAuthority = (
  accounts: DurableObjectNamespace,
  accountId: string,
): AccountAuthority => accounts.get(accounts.idFromName(accountId)) as unknown as AccountAuthority

export const durableAccountRegistry = (registry: DurableObjectNamespace): AccountRegistry =>
  registry.get(registry.idFromName('registry')) as unknown as AccountRegistry

/** All images of an account are in one object. Why, and what its name leaves room for: docs/decisions. */
export const durableImageIndex = (images: DurableObjectNamespace, accountId: string): ImageIndex =>
  images.get(images.idFromName(`${accountId}/0`)) as unknown as ImageIndex
