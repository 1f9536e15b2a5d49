export { blobKey, derivedKey, derivedPrefix } from './keys.ts'
export { kvEdgeDocuments } from './kv-edge-documents.ts'
export { r2BlobStore } from './r2-blob-store.ts'
export { r2ImageHeads } from './r2-image-heads.ts'
