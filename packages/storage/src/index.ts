export { AccountObject } from './durable/account-object.ts'
export { ImageShardObject } from './durable/image-shard-object.ts'
export { RegistryObject } from './durable/registry-object.ts'
export { durableAccountAuthority, durableAccountRegistry, durableImageIndex } from './durable-ports.ts'
export {
  blobKey,
  derivedKey,
  derivedPrefix,
  partKey,
  remoteDerivedKey,
  remoteDerivedPrefix,
  spoolKey,
} from './keys.ts'
export { kvEdgeDocuments } from './kv-edge-documents.ts'
export { r2BlobStore } from './r2-blob-store.ts'
export { r2ImageHeads } from './r2-image-heads.ts'
