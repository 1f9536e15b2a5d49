export type { FetchOptions, TintypeFetch, TintypeRequestInit } from './create-fetch.ts'
export { createFetch } from './create-fetch.ts'
export type { BytesOverlay, ImageOptions, PictureOverlay, TextOverlay, TransformCf } from './image-options.ts'
export type { HttpService, TransformRequest, TransformService, TransformSource } from './transform-service.ts'
