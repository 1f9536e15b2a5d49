import { sanitiseValue } from './css-value.ts'
import { isEmbeddedPicture, parseFragment } from './references.ts'
import { sanitiseDeclarations } from './style-sheet.ts'
import {
  ANIMATED_ATTRIBUTES,
  ANIMATIONS,
  ATTRIBUTES,
  PICTURES,
  PLAIN_ATTRIBUTES,
  REFERRERS,
  XLINK_NAMESPACE,
  XML_NAMESPACE,
} from './svg-names.ts'

/** An attribute as it is written: namespace, name without prefix, value. */
export interface Attribute {
  readonly uri: string
  readonly local: string
  readonly value: string
}

/**
 * The attributes of an element that may stay, in their order, with canonical names; null when the element must go
 * because of one: an animation that would set what an attribute may not be.
 */
export function sanitiseAttributes(
  element: string,
  attributes: readonly Attribute[],
): Map<string, string> | null {
  const kept = new Map<string, string>()
  const hasOwnHref = attributes.some(({ uri, local }) => uri === '' && local === 'href')
  for (const attribute of attributes) {
    const name = canonicalName(attribute, hasOwnHref)
    if (name === 'attributeName' && ANIMATIONS.has(element)) {
      if (!ANIMATED_ATTRIBUTES.has(attribute.value.trim())) return null
    }
    if (name === null) continue
    const value = sanitiseAttribute(element, name, attribute.value)
    if (value !== null) kept.set(name, value)
  }
  return kept
}

/** The name under which an attribute is written; null for one that never stays. SVG 2 prefers `href` to `xlink:href`. */
function canonicalName({ uri, local }: Attribute, hasOwnHref: boolean): string | null {
  if (uri === XLINK_NAMESPACE) return local === 'href' && !hasOwnHref ? 'href' : null
  if (uri === XML_NAMESPACE) return local === 'space' || local === 'lang' ? `xml:${local}` : null
  if (uri !== '') return null
  const isKept = local === 'href' || local === 'style' || ATTRIBUTES.has(local) || /^aria-[a-z]+$/.test(local)
  return isKept ? local : null
}

function sanitiseAttribute(element: string, name: string, value: string): string | null {
  if (name === 'href') return sanitiseReference(element, value)
  if (name === 'style') return sanitiseDeclarations(value) || null
  if (name === 'attributeName') return value.trim()
  if (PLAIN_ATTRIBUTES.has(name) || name.startsWith('aria-') || name.startsWith('xml:')) return value
  return sanitiseValue(value)
}

function sanitiseReference(element: string, address: string): string | null {
  if (!REFERRERS.has(element)) return null
  const fragment = parseFragment(address)
  if (fragment !== null) return `#${fragment}`
  const trimmed = address.trim()
  return PICTURES.has(element) && isEmbeddedPicture(trimmed) ? trimmed : null
}
