export { isNamed, negotiateFormat } from './accept.ts'
export { formatAccountHash, formatBase64Url, formatHexId, isHexId, parsePathHexId } from './account-id.ts'
export type { ParsedToken, TokenRight } from './api-token.ts'
export { allows, formatApiToken, hashSecret, isEqualConstantTime, parseApiToken } from './api-token.ts'
export type { DeliveryTarget } from './delivery-url.ts'
export { isAccountHash, parseDeliveryUrl } from './delivery-url.ts'
export type { AccountSettings, BucketPurges, EdgeDocument } from './edge-document.ts'
export { DEFAULT_SETTINGS } from './edge-document.ts'
export type { ErrorKind } from './errors.ts'
export { ApiError, ERRORS, toApiError } from './errors.ts'
export { formatHex } from './format-hex.ts'
export type { Gravity } from './gravity.ts'
export type { HeaderReader, ImageHeader, SourceFormat } from './header/image-header.ts'
export { createHeaderReader, FORMATS, readImageHeader } from './header/image-header.ts'
export type { ImageHead, ImageRecord, ImageTerms, JsonObject, SourceFacts, StoredFormat } from './image.ts'
export { tagsOfMetadata } from './image.ts'
export type { Access } from './image-id.ts'
export {
  accessOfId,
  BUCKETS,
  bucketOf,
  encodeIdForPath,
  formatGeneratedId,
  isGeneratedId,
  parseCustomId,
  withAccess,
} from './image-id.ts'
export type { Orientation, Rect, Size } from './orientation.ts'
export { storedRect, toOrientation, uprightSize } from './orientation.ts'
export { MAX_AREA_PX, MAX_SIDE_PX } from './picture-limits.ts'
export type {
  AccountAuthority,
  AccountIdentity,
  AccountRegistry,
  BlobInfo,
  BlobStore,
  EdgeDocuments,
  FinishedUpload,
  ImageHeads,
  ImageIndex,
  NewTicket,
  Reservation,
  TicketClaim,
  TokenRow,
} from './ports.ts'
export type { PurgeLog, PurgeTag } from './purge.ts'
export {
  cacheTags,
  imageTag,
  isStillValid,
  PURGE_LOG_RETENTION_MS,
  parsePurgeRequest,
  requestTags,
} from './purge.ts'
export type { FormatClass, OutputFormat, Recipe } from './recipe.ts'
export { DEFAULT_QUALITY, hashRecipe, recipeOfVariant } from './recipe.ts'
export type {
  RenderRefusal,
  RenderRequest,
  RenderResult,
  RenderService,
  ResultMeta,
  StoredSource,
  Verdict,
} from './render-service.ts'
export { ENGINE_EPOCH } from './render-service.ts'
export type { SignatureVerdict, SigningKey } from './signature.ts'
export { DEFAULT_KEY_NAME, MAX_SIGNING_KEYS, signMessage, verifySignature } from './signature.ts'
export type { FitMode, GeometryRequest, Plan } from './transform-plan.ts'
export { planTransform } from './transform-plan.ts'
export type { Fit, Variant, VariantOptions } from './variant.ts'
export {
  MAX_VARIANTS,
  PUBLIC_VARIANT,
  parseVariant,
  parseVariantName,
  patchVariant,
  VARIANT_FITS,
} from './variant.ts'
