import { formatHex } from './format-hex.ts'
import type { VariantOptions } from './variant.ts'

export type { FormatClass, OutputFormat } from './formats.ts'

/** What makes pixels and bytes differ, and nothing else: access and TTL are not part of it. */
export interface Recipe {
  readonly fit: VariantOptions['fit']
  readonly width?: number
  readonly height?: number
  readonly metadata: VariantOptions['metadata']
  /** 1–100, on the JPEG scale. */
  readonly quality: number
}

import { DEFAULT_QUALITY } from './program/program-of-options.ts'

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
