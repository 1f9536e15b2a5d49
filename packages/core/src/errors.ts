/**
 * Every failure a caller can observe: 5400s from the management API, 9400s from delivery, four-digit others from the
 * front door that stands before both. Each row cites its evidence in docs/parity.md#errors.
 */
export const ERRORS = {
  // Front door: before any Images code (docs/parity.md#front-door).
  missingCredentials: { code: 9106, status: 400, message: 'Missing authentication headers' },
  malformedCredentials: { code: 6003, status: 400, message: 'Invalid request headers' },
  unknownCredentials: { code: 10000, status: 401, message: 'Authentication error' },
  insufficientRights: { code: 10000, status: 403, message: 'Authentication error' },
  noSuchRoute: { code: 7000, status: 404, message: 'No route for that URI' },
  invalidPathIdentifier: {
    code: 7003,
    status: 404,
    message: 'Could not route, the path identifier is not valid',
  },
  methodNotAllowed: { code: 10405, status: 405, message: 'Method not allowed' },
  rateLimited: { code: 971, status: 429, message: 'Please wait and consider throttling your request speed' },

  // Management API (docs/parity.md#errors).
  badRequest: { code: 5400, status: 400, message: 'Bad request' },
  variantNotFound: { code: 5401, status: 404, message: 'Variant not found' },
  notEntitled: { code: 5403, status: 403, message: 'This account may not use this service' },
  imageNotFound: { code: 5404, status: 404, message: 'Image not found' },
  signingKeyNotFound: { code: 5404, status: 404, message: 'Signing key not found' },
  ticketExpired: { code: 5404, status: 410, message: 'The upload URL has expired' },
  uploadTooSlow: { code: 5408, status: 408, message: 'The upload is too slow' },
  ticketBusy: { code: 5409, status: 409, message: 'Another upload to this URL is under way, try again' },
  idBusy: {
    code: 5409,
    status: 409,
    message: 'Another upload to this id, or its deletion, is under way, try again',
  },
  alreadyExists: { code: 5409, status: 409, message: 'Resource already exists' },
  uploadTooLarge: { code: 5413, status: 413, message: 'Image is too large' },
  notMultipart: { code: 5415, status: 415, message: 'The body must be multipart/form-data' },
  uploadBroken: { code: 5450, status: 400, message: 'The upload could not be received' },
  limitReached: { code: 5453, status: 403, message: 'The account has reached a service limit' },
  fetchRefused: { code: 5454, status: 400, message: 'The image could not be fetched' },
  unsupportedImage: { code: 5455, status: 415, message: 'Unsupported image format' },
  internal: { code: 5500, status: 500, message: 'Internal error' },
  unavailable: { code: 5503, status: 503, message: 'Service unavailable' },

  // Delivery (docs/parity.md#delivery-errors).
  invalidOptions: { code: 9401, status: 400, message: 'Invalid transformation options' },
  originNotAllowed: {
    code: 9401,
    status: 403,
    message: 'The source is not on an allowed origin of this zone',
  },
  transformationsOff: { code: 9401, status: 403, message: 'Transformations are off in this zone' },
  sourceCut: { code: 9402, status: 502, message: 'The connection to the source broke off' },
  sourceTooLarge: { code: 9402, status: 413, message: 'The source is too large' },
  transformLoop: { code: 9403, status: 508, message: 'The source is itself a transformed image' },
  sourceNotFound: { code: 9404, status: 404, message: 'The source was not found' },
  noOrigin: { code: 9404, status: 404, message: 'This zone has no origin to take its own pictures from' },
  invalidSourceUrl: { code: 9406, status: 403, message: 'Invalid source URL' },
  sourceNameUnknown: { code: 9407, status: 523, message: 'The host of the source was not found' },
  sourceDenied: { code: 9408, status: 408, message: 'The source refused the request' },
  deliveredImageNotFound: { code: 9404, status: 404, message: 'Image not found' },
  notAnImage: { code: 9412, status: 415, message: 'Not an image that can be transformed' },
  refusedDimensions: {
    code: 9413,
    status: 403,
    message: 'The size of the image, or of its result, is refused',
  },
  sourceBroken: { code: 9416, status: 422, message: 'The source could not be downloaded whole' },
  invalidRedirect: { code: 9420, status: 400, message: 'The source redirects to an invalid URL' },
  tooManyRedirects: { code: 9421, status: 400, message: 'The source redirects too often' },
  accessDenied: { code: 9425, status: 403, message: 'Access denied' },
  unknownVariant: { code: 9425, status: 403, message: 'The account has no such variant' },
  invalidDeliveryUrl: { code: 9426, status: 403, message: 'Invalid delivery URL' },
  unknownAccountHash: { code: 9427, status: 403, message: 'Unknown account hash' },
  flexibleVariantsOff: { code: 9429, status: 403, message: 'Flexible variants are not enabled' },
  noSuchPage: { code: 9431, status: 404, message: 'Not found' },
  deliveryMethodNotAllowed: { code: 9432, status: 405, message: 'Method not allowed' },
  rangeNotSatisfiable: { code: 9432, status: 416, message: 'The requested range does not exist' },
  sourceConnectTimeout: { code: 9504, status: 522, message: 'The source did not answer in time' },
  sourceTimeout: { code: 9504, status: 524, message: 'The source took too long to send its picture' },
  sourceFetchFailed: { code: 9505, status: 502, message: 'The source could not be fetched' },
  sourceServerError: { code: 9509, status: 502, message: 'The source answered with a server error' },
  sourceUnreachable: { code: 9510, status: 523, message: 'The host of the source cannot be reached' },
  encodingFailed: { code: 9516, status: 500, message: 'The image could not be encoded' },
  decodingFailed: { code: 9516, status: 422, message: 'The image could not be decoded' },
  deliveryInternal: { code: 9517, status: 500, message: 'Internal error' },
  sourceBadRequest: { code: 9519, status: 502, message: 'The source called the request bad' },
  overloaded: { code: 9522, status: 503, message: 'Too busy to transform the image, try again' },
} as const satisfies Record<string, { code: number; status: number; message: string }>

export type ErrorKind = keyof typeof ERRORS

interface ApiErrorOptions extends ErrorOptions {
  readonly headers?: Readonly<Record<string, string>>
}

/** The one error that crosses package borders. Anything else that is thrown is a fault of ours. */
export class ApiError extends Error {
  override name = 'ApiError'
  readonly kind: ErrorKind
  /** What `message` says beyond the sentence of its kind; null for nothing. */
  readonly detail: string | null
  /** Headers that an answer of this failure carries besides those of every failure, such as `allow`. */
  readonly headers: Readonly<Record<string, string>>
  /** `detail` reaches the caller: name the option, never a key, URL or stack. `cause` only reaches the log. */
  constructor(kind: ErrorKind, detail?: string | null, options: ApiErrorOptions = {}) {
    super(detail ? `${ERRORS[kind].message}: ${detail}` : ERRORS[kind].message, options)
    this.kind = kind
    this.detail = detail || null
    this.headers = options.headers ?? {}
  }
}

/** Whatever was thrown, as an ApiError; what we did not expect becomes `fallback` with the original as its cause. */
export const toApiError = (error: unknown, fallback: ErrorKind = 'internal'): ApiError =>
  error instanceof ApiError ? error : new ApiError(fallback, undefined, { cause: error })
