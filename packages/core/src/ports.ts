import type { TokenRight } from './api-token.ts'
import type { AccountSettings, BucketPurges, EdgeDocument, Zone } from './edge-document.ts'
import type { ImageHead, ImageRecord, ImageTerms, SourceFacts } from './image.ts'
import type { PurgeTag } from './purge.ts'
import type { ZoneChange } from './remote/zone-settings.ts'
import type { SigningKey } from './signature.ts'
import type { Variant } from './variant.ts'

export interface BlobInfo {
  readonly key: string
  readonly sizeBytes: number
}

/** Bytes by key. A missing key is a value (`null`), never a throw. */
export interface BlobStore {
  head(key: string): Promise<BlobInfo | null>
  /** `range` in bytes; absent reads all. */
  get(
    key: string,
    range?: { readonly offset: number; readonly length: number },
  ): Promise<{ readonly info: BlobInfo; readonly body: ReadableStream<Uint8Array> } | null>
  /**
   * Store a stream of unknown length, holding at most one part of it in memory. Originals are immutable: a taken key
   * answers `'exists'` and keeps what it had. When `body` fails, nothing is stored and the failure is thrown on.
   */
  create(key: string, body: ReadableStream<Uint8Array>): Promise<BlobInfo | 'exists'>
  remove(keys: readonly string[]): Promise<void>
  /** Ascending by key. `cursor` is opaque, and absent on the last page. */
  list(query: {
    readonly prefix: string
    readonly limit: number
    readonly cursor?: string
  }): Promise<{ readonly items: readonly BlobInfo[]; readonly cursor?: string }>
}

/** Heads of images, strongly consistent: a read after a write sees it everywhere. */
export interface ImageHeads {
  get(accountId: string, imageId: string): Promise<ImageHead | null>
  put(accountId: string, head: ImageHead): Promise<void>
  remove(accountId: string, imageId: string): Promise<void>
}

/** Edge documents: finite, read everywhere, and allowed to be stale by the store's propagation delay (KV: up to 60 s). */
export interface EdgeDocuments {
  get(accountHash: string): Promise<EdgeDocument | null>
  put(document: EdgeDocument): Promise<void>
  /** The hash of an account; null for an id that nobody has, or whose account is not published yet. */
  getAccountHash(accountId: string): Promise<string | null>
  putAccountHash(accountId: string, accountHash: string): Promise<void>
  /** Hash of the account whose zone claims a host name; null where none does. */
  getHost(hostname: string): Promise<string | null>
  putHost(hostname: string, accountHash: string): Promise<void>
  removeHost(hostname: string): Promise<void>
  /** Image purges of one bucket, 0–255; null when none was ever made. */
  getPurges(accountHash: string, bucket: number): Promise<BucketPurges | null>
  putPurges(accountHash: string, bucket: number, purges: BucketPurges): Promise<void>
}

/** An id claimed for an upload whose bytes, and perhaps terms, are still on their way. */
export interface Reservation {
  readonly id: string
  readonly blobKey: string
  readonly uploadedAt: number
}

/** An upload that arrived whole. */
export interface FinishedUpload {
  /** May name another id than the reserved one: form fields can follow the file. */
  readonly terms: ImageTerms
  readonly filename: string | null
  readonly source: SourceFacts
}

export interface NewTicket extends ImageTerms {
  readonly uploadedAt: number
  readonly expiresAt: number
}

export type TicketClaim =
  | { readonly kind: 'claimed'; readonly terms: ImageTerms }
  | { readonly kind: 'missing' }
  /** Somebody is uploading: the ticket is free again should they fail. */
  | { readonly kind: 'busy' }
  | { readonly kind: 'expired' }
  | { readonly kind: 'used' }

/** What may be changed of an image. A field that is absent stays; another `id` renames it. */
export type ImageChange = Partial<ImageTerms>

/** A place in the order of upload; ids order what came in the same millisecond. It need not be an image's any more. */
export interface ImagePosition {
  readonly uploadedAt: number
  readonly id: string
}

/**
 * The images of one account: uniqueness, states and listing. Every transition is one atomic step. An id that cannot be had is
 * `'taken'`, or `'busy'` where that may change within seconds: while another upload to it, or its deletion, is under way.
 */
export interface ImageIndex {
  /** Claim an id for an upload, for as long as a lease lasts: `UPLOAD_LEASE_MS`. What is not renewed is swept, with its blob. */
  reserve(reservation: Reservation): Promise<'reserved' | 'taken' | 'busy'>
  /** The upload is alive: its lease, or that of the ticket it uses, runs anew. False when it was swept or withdrawn. */
  renew(id: string, blobKey: string): Promise<boolean>
  /**
   * The blob is whole: write the head and make the image visible. When it resolves, delivery finds the image.
   * `'taken'` or `'busy'` when the terms name another id that is not free; `'swept'` when the reservation is gone. All
   * three leave the blob to `abandon`.
   */
  commit(
    reservedId: string,
    blobKey: string,
    upload: FinishedUpload,
  ): Promise<ImageRecord | 'taken' | 'busy' | 'swept'>
  /** The upload failed: free the id, or make the ticket usable again, and remove the blob. */
  abandon(id: string, blobKey: string): Promise<void>
  /** Images and unexpired drafts; null for all else, uploads under way included. */
  get(id: string): Promise<ImageRecord | null>
  /**
   * Ready images by time of upload, the newest first unless `order` says otherwise, beginning after a position: the last
   * record of a page is where the next one begins, whatever came or went meanwhile. `creator` matches exactly; an empty
   * text matches images without one.
   */
  list(query: {
    readonly after?: ImagePosition
    readonly limit: number
    readonly creator?: string
    readonly order?: 'newest' | 'oldest'
  }): Promise<ImageRecord[]>
  /** Position of the `nth` newest image, from 1, for paging by number; null when there are fewer. Far from O(nth). */
  findNth(nth: number, creator?: string): Promise<ImagePosition | null>
  count(): Promise<number>
  /**
   * Change a ready image, null when there is none. When it resolves, delivery shows the change: the head follows the terms,
   * and cached results are purged if it had to. Access and id are the caller's to keep in step: a generated id states its
   * access.
   */
  update(id: string, change: ImageChange): Promise<ImageRecord | 'taken' | 'busy' | null>
  /** Delete whole: row, head, purge of cached results, blob. False when there was no such image. Drafts go too. */
  remove(id: string): Promise<boolean>
  createTicket(ticket: NewTicket): Promise<'created' | 'taken' | 'busy'>
  /** Exactly one of any number of racers gets `claimed`; it must then `commit` or `abandon` with its `blobKey`. */
  claimTicket(id: string, blobKey: string, now: number): Promise<TicketClaim>
}

export interface AccountIdentity {
  readonly accountId: string
  readonly accountHash: string
  readonly zoneId: string
  readonly name: string
}

/** Who the accounts are. Small, read seldom, strongly consistent. */
export interface AccountRegistry {
  /** `'taken'` when an account has that name. */
  create(identity: AccountIdentity): Promise<AccountIdentity | 'taken'>
  byId(accountId: string): Promise<AccountIdentity | null>
  byHash(accountHash: string): Promise<AccountIdentity | null>
  byName(name: string): Promise<AccountIdentity | null>
  /** The account whose zone claims a host name, else the first account there was: its zone has all hosts that nobody claims. */
  byHost(hostname: string): Promise<AccountIdentity | null>
  /** The host names of an account's zone, all of them; `'taken'`, and nothing is changed, when another account has one. */
  setHosts(accountId: string, hostnames: readonly string[]): Promise<'set' | 'taken'>
  list(): Promise<AccountIdentity[]>
}

export interface TokenRow {
  readonly tokenId: string
  readonly name: string
  readonly right: TokenRight
  /** SHA-256 of the token, hex. */
  readonly hash: string
}

/** Everything of one account that must be counted, unique or in order; each change is also published to the edge. */
export interface AccountAuthority {
  /** Set the account up with its first key and the `public` variant; later calls change nothing. */
  initialize(identity: AccountIdentity, firstKey: SigningKey): Promise<void>
  identity(): Promise<AccountIdentity | null>
  addToken(token: TokenRow): Promise<void>
  token(tokenId: string): Promise<TokenRow | null>
  /** In order of creation. */
  listVariants(): Promise<Variant[]>
  getVariant(id: string): Promise<Variant | null>
  createVariant(variant: Variant): Promise<'created' | 'exists' | 'limit'>
  /** Put `after` in the place of `before`, which has the same id. False when the variant is not, or no longer, `before`. */
  replaceVariant(before: Variant, after: Variant): Promise<boolean>
  /** False when there is no such variant. */
  deleteVariant(id: string): Promise<boolean>
  listKeys(): Promise<SigningKey[]>
  /** A new key, or a new value for an existing one. */
  putKey(key: SigningKey): Promise<'put' | 'limit'>
  /** Deleting the last key leaves `replacement` in its place. False when there is no such key. */
  deleteKey(name: string, replacement: SigningKey): Promise<boolean>
  settings(): Promise<AccountSettings>
  /** Settings that are absent stay. @returns all of them, as they are now */
  changeSettings(change: Partial<AccountSettings>): Promise<AccountSettings>
  zone(): Promise<Zone>
  /** Settings that are absent stay. @returns all of them, as they are now */
  changeZone(change: ZoneChange): Promise<Zone>
  /** Raise the purge clock and log the tags; image tags go to their bucket's log. @returns the new clock */
  purge(tags: readonly PurgeTag[]): Promise<number>
  edgeDocument(): Promise<EdgeDocument | null>
}
