import { formatHex } from './format-hex.ts'
import type { VariantOptions } from './variant.ts'

/** What makes pixels and bytes differ, and nothing else: access and TTL are not part of it. */
export interface Recipe {
  readonly fit: VariantOptions['fit']
  readonly width?: number
  readonly height?: number
  readonly metadata: VariantOptions['metadata']
  /** 1–100, on the JPEG scale. */
  readonly quality: number
}

/** Entries a recipe may have in a cache: what the client can take, not what it got. */
export type FormatClass = 'avif' | 'webp' | 'base'
export type OutputFormat = 'jpeg' | 'png' | 'webp' | 'avif'

export const DEFAULT_QUALITY = 85

export function recipeOfVariant({ fit, width, height, metadata }: VariantOptions): Recipe {
  return {
    fit,
    ...(width === undefined ? {} : { width }),
    ...(height === undefined ? {} : { height }),
    metadata,
    quality: DEFAULT_QUALITY,
  }
}

/** SHA-256 over the canonical text of a recipe, 32 hex digits: two spellings of one request give one key. */
export async function hashRecipe(recipe: Recipe): Promise<string> {
  const canonical = Object.entries(recipe)
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join(',')
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(canonical))
  return formatHex(new Uint8Array(digest, 0, 16))
}
