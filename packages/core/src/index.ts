export { isNamed, negotiateFormat } from './accept.ts'
export type { AccountConfig } from './account-config.ts'
export { parseConfigChange, presentConfig } from './account-config.ts'
export { formatAccountHash, formatBase64Url, formatHexId, isHexId, parsePathHexId } from './account-id.ts'
export type { ParsedToken, TokenRight } from './api-token.ts'
export { allows, formatApiToken, hashSecret, isEqualConstantTime, parseApiToken } from './api-token.ts'
export type { ClientHints, HintKind, ResolvedOptions } from './client-hints.ts'
export { HINT_HEADERS, NO_HINTS, parseClientHints, resolveHints } from './client-hints.ts'
export { concatBytes } from './concat-bytes.ts'
export type { DeliveryTarget, VariantRef } from './delivery-url.ts'
export { isAccountHash, parseDeliveryUrl } from './delivery-url.ts'
export type { AccountSettings, BucketPurges, EdgeDocument, Zone } from './edge-document.ts'
export { DEFAULT_SETTINGS } from './edge-document.ts'
export type { ErrorKind } from './errors.ts'
export { ApiError, ERRORS, toApiError } from './errors.ts'
export type { FaceCrop } from './face-crop.ts'
export { FACE_COPY_SIDE_PX, planFaceCrop } from './face-crop.ts'
export { formatHex } from './format-hex.ts'
export type {
  Format,
  FormatClass,
  FormatRow,
  OutputFormat,
  ResultFormat,
  Signature,
} from './formats.ts'
export {
  FORMAT_NAMES,
  FORMATS,
  isOutputFormat,
  mimeOf,
  OUTPUT_FORMATS,
  RESULT_FORMATS,
  UPLOAD_FORMATS,
  writesAnimations,
} from './formats.ts'
export type { Gravity, SoughtGravity } from './gravity.ts'
export { isSought, nameSought } from './gravity.ts'
export { hashText } from './hash-text.ts'
export { type Cicp, readAv1Sequence } from './header/av1-sequence.ts'
export { avifDescriptionEnd, MAX_META_BYTES, readAvifPicture } from './header/avif-header.ts'
export { checkCodedBytes } from './header/coded-bytes.ts'
export { decodableCicp } from './header/heif-colours.ts'
export type { CodedPicture, CodedStill, HeifPicture } from './header/heif-picture.ts'
export type { FaultKinds, HeaderReader, ImageHeader } from './header/image-header.ts'
export { createHeaderReader, DELIVERY_FAULTS, readImageHeader, UPLOAD_FAULTS } from './header/image-header.ts'
export { SNIFF_BYTES, type Sniffed, sniffFormat } from './header/sniff-format.ts'
export type { AnimationFacts, ImageHead, ImageRecord, ImageTerms, JsonObject, SourceFacts } from './image.ts'
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
export type { JudgedOriginal, OriginalLimits } from './judge-original.ts'
export { judgeOriginal } from './judge-original.ts'
export type { Lease, Leases } from './leases.ts'
export { createLeases } from './leases.ts'
export type { LimitedLookup, LookupLimits } from './limited-lookup.ts'
export { createLimitedLookup } from './limited-lookup.ts'
export { adviseOn } from './options/advise.ts'
export type { Rgba } from './options/colour.ts'
export { formatColour, parseColour, WHITE } from './options/colour.ts'
export type { DrawEntry, OverlayLayout } from './options/draw.ts'
export { MAX_OVERLAYS } from './options/draw.ts'
export type { Drawing, NoDemo, OptionDemo, OptionGroup } from './options/option-docs.ts'
export { OPTION_GROUPS } from './options/option-docs.ts'
export type { OptionName, OptionRow, Options, OptionsOf, Surface } from './options/option-table.ts'
export { findOption, OPTION_NAMES, OPTIONS, optionRow, typeOn } from './options/option-table.ts'
export { optionsSchema } from './options/options-schema.ts'
export type { OverlaySource } from './options/overlay-source.ts'
export { MAX_TEXT_CHARACTERS } from './options/overlay-source.ts'
export type { ParsedOptions } from './options/parse-options.ts'
export { formatUrlOptions, parseOptions, parseUrlOptions } from './options/parse-options.ts'
export type { JsonSchema, ValueType } from './options/value-type.ts'
export { Refused } from './options/value-type.ts'
export type { Orientation, Rect, Size } from './orientation.ts'
export { composeOrientation, storedRect, toOrientation, uprightSize } from './orientation.ts'
export {
  describeExcess,
  MAX_ANIMATION_PX,
  MAX_AREA_PX,
  MAX_SIDE_PX,
  MAX_TRANSFORMED_ANIMATION_PX,
  MAX_TRANSFORMED_FRAMES,
} from './picture-limits.ts'
export type {
  AccountAuthority,
  AccountIdentity,
  AccountRegistry,
  BlobInfo,
  BlobStore,
  EdgeDocuments,
  FinishedUpload,
  ImageChange,
  ImageHeads,
  ImageIndex,
  ImagePosition,
  NewTicket,
  Reservation,
  TicketClaim,
  TokenRow,
} from './ports.ts'
export { formatProgram, hashProgram } from './program/format-program.ts'
export type { Keeper } from './program/output-of-options.ts'
export { DEFAULT_QUALITY } from './program/output-of-options.ts'
export type {
  BackgroundOp,
  BlurOp,
  Composite,
  DrawOp,
  JsonOutput,
  Op,
  Output,
  OverlayOp,
  OverlayResizeOp,
  OverlaySide,
  PictureOutput,
  Place,
  Program,
  ResizeOp,
  SegmentOp,
  TrimBorderOp,
  TrimOp,
  TurnOp,
} from './program/program.ts'
export { COMPOSITES } from './program/program.ts'
export { programOfOptions } from './program/program-of-options.ts'
export type { SourceRef } from './program/source-ref.ts'
export { formatSourceIdentity } from './program/source-ref.ts'
export type { PurgeLog, PurgeTag } from './purge.ts'
export {
  cacheTags,
  imageTag,
  isStillValid,
  OPTION_LIST,
  PURGE_LOG_RETENTION_MS,
  parsePurgeRequest,
  requestTags,
  sourceTags,
} from './purge.ts'
export type { AllowedOrigin } from './remote/allowed-origin.ts'
export {
  formatAllowedOrigin,
  hostnameOf,
  matchesOrigin,
  parseAllowedOrigin,
  parseHostname,
} from './remote/allowed-origin.ts'
export { type DrawnRoutes, routeDrawn } from './remote/drawn-routes.ts'
export { credentialsOf, isTransformRequest } from './remote/origin-auth.ts'
export { combineFacts, type RemoteFacts } from './remote/remote-facts.ts'
export type { FreshnessHeaders, SourceFreshness } from './remote/source-freshness.ts'
export { judgeFreshness } from './remote/source-freshness.ts'
export type { SourcePolicy, SourceRoute } from './remote/source-policy.ts'
export { isSameSite, routeSource, TRANSFORM_PREFIXES } from './remote/source-policy.ts'
export type { TransformTarget } from './remote/transform-url.ts'
export { parseTransformUrl } from './remote/transform-url.ts'
export type { ZoneChange, ZoneSettings } from './remote/zone-settings.ts'
export {
  DEFAULT_ZONE_SETTINGS,
  parseAllowedOrigins,
  parseHostnames,
  parseOrigin,
  parseTransformations,
  sourcePolicyOf,
} from './remote/zone-settings.ts'
export type {
  RemoteMeta,
  RemoteRights,
  RenderRefusal,
  RenderRequest,
  RenderResult,
  RenderService,
  ResultMeta,
  Verdict,
} from './render-service.ts'
export { ENGINE_EPOCH, LASTING_REFUSALS, SOURCE_REFUSALS, TRUNCATED } from './render-service.ts'
export type { SignatureVerdict, SigningKey } from './signature.ts'
export { DEFAULT_KEY_NAME, MAX_SIGNING_KEYS, signMessage, verifySignature } from './signature.ts'
export type { Clock, Timers } from './timers.ts'
export type { FitMode, GeometryRequest, Plan } from './transform-plan.ts'
export { planTransform } from './transform-plan.ts'
export { type Amount, type Trim, trimWindow } from './trim-window.ts'
export { LEASE_RENEWAL_MS, UPLOAD_LEASE_MS } from './upload-lease.ts'
export type { Variant, VariantOptions } from './variant.ts'
export {
  MAX_VARIANTS,
  PUBLIC_VARIANT,
  parseVariant,
  parseVariantName,
  patchVariant,
} from './variant.ts'
