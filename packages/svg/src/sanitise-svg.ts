import { type SaxesOptions, SaxesParser, type SaxesTagNS } from 'saxes'
import { type Complexity, createComplexity, type DrawnCounts, type ElementUse } from './complexity.ts'
import { decodeXml } from './decode-xml.ts'
import { readEntities } from './entities.ts'
import { formatAttribute, formatText } from './format-xml.ts'
import { sanitiseAttributes } from './sanitise-attributes.ts'
import { sanitiseStyleSheet } from './style-sheet.ts'
import { damagedSvg, excessiveSvg } from './svg-faults.ts'
import { ELEMENTS, SVG_NAMESPACE, TEXTS, XLINK_NAMESPACE } from './svg-names.ts'

/** Deeper ones are refused: readers of documents recurse. */
const MAX_DEPTH = 200
const MAX_ELEMENTS = 200_000
const MAX_STYLE_CHARACTERS = 4_000_000
/** A document that is written anew may grow by this: quotes and line breaks are escaped, other encodings become UTF-8. */
const MAX_GROWTH_BYTES = 2_000_000
/** Of an attribute that is looked through for what it paints with; longer ones hold pictures. */
const MAX_STYLE_ATTRIBUTE = 20_000
/** Pieces of this many characters are handed on. */
const PIECE_CHARACTERS = 16_384

/** A drawing inside another document: what stands before and after it, and what its root says instead of what it said. */
export interface Frame {
  readonly before: string
  readonly after: string
  /** Attributes of the root that are set, or replaced. */
  readonly root: Readonly<Record<string, string>>
  /** Told what there is to draw, before the end of the document: whoever finds it too much throws. */
  judge(counts: DrawnCounts): void
}

/**
 * Most bytes of the document that {@link sanitiseSvg} makes of a file.
 * @param sizeBytes of the file
 */
export const largestSanitised = (sizeBytes: number): number =>
  Math.min(3 * sizeBytes, sizeBytes + MAX_GROWTH_BYTES) + 1024

/** Names, and whom they refer to. */
const NAMES_BYTES = 8_000_000

/**
 * What sanitising holds of a file at its worst, besides the document that it writes: a value that is all of the file, as it is
 * read, joined and escaped, and the names of elements.
 * @param sizeBytes of the file
 */
export const priceSanitise = (sizeBytes: number): number =>
  256_000 + 4 * sizeBytes + Math.min(2 * sizeBytes, NAMES_BYTES)

/**
 * An SVG that runs nothing and fetches nothing, whatever the file was: it is parsed as XML, and what is on the list of
 * elements and attributes is written anew, in UTF-8 without a declaration. Gone are scripts, event handlers,
 * `foreignObject`, links to other documents, addresses of anything outside (in attributes, style sheets and animations),
 * processing instructions, document types, comments and other vocabularies. Sanitising the result again changes nothing.
 * @param frame what the drawing is put into; absent, it stays a document of its own
 * @returns pieces of the document; what was handed on before an error is worth nothing
 * @throws ApiError `decodingFailed` for a file that is no well-formed SVG; `refusedDimensions` for more than 200,000
 *   elements, 200 levels, or a million elements by repetition
 * Rule: docs/parity.md#svg.
 */
export async function* sanitiseSvg(
  file: AsyncIterable<Uint8Array>,
  sizeBytes: number,
  frame?: Frame,
): AsyncGenerator<Uint8Array, void, undefined> {
  const writer = createWriter(frame)
  const encoder = new TextEncoder()
  const mostBytes = largestSanitised(sizeBytes) + (frame?.before.length ?? 0) + (frame?.after.length ?? 0)
  let writtenBytes = 0
  const encode = (text: string): Uint8Array => {
    const bytes = encoder.encode(text)
    writtenBytes += bytes.length
    if (writtenBytes > mostBytes) throw excessiveSvg('much more text than its file has')
    return bytes
  }
  for await (const text of decodeXml(file)) {
    writer.push(text)
    const written = writer.take(PIECE_CHARACTERS)
    if (written !== '') yield encode(written)
  }
  writer.finish()
  yield encode(writer.take(0))
}

interface Writer {
  push(text: string): void
  finish(): void
  /** What was written so far, once it is long enough; else nothing. */
  take(atLeastCharacters: number): string
}

function createWriter(frame: Frame | undefined): Writer {
  const parser = new SaxesParser<SaxesOptions & { xmlns: true }>({
    xmlns: true,
    position: false,
    defaultXMLVersion: '1.0',
    forceXMLVersion: true,
    additionalNamespaces: { xlink: XLINK_NAMESPACE },
  })
  const document = createDocument(frame)
  parser.ENTITIES = readEntities('')
  parser.on('doctype', (text) => {
    parser.ENTITIES = readEntities(text)
  })
  parser.on('opentag', document.open)
  parser.on('closetag', document.close)
  parser.on('text', document.text)
  parser.on('cdata', document.text)
  const parse = (work: () => unknown): void => {
    try {
      work()
    } catch (error) {
      throw error instanceof Error && error.name === 'ApiError'
        ? error
        : damagedSvg('it is no well-formed XML')
    }
  }
  return {
    push: (text) => parse(() => parser.write(text)),
    finish() {
      parse(() => parser.close())
      document.finish()
    },
    take: document.take,
  }
}

/** Writes what stays of a document as its parts come by. */
function createDocument(frame: Frame | undefined) {
  const complexity: Complexity = createComplexity()
  const open: string[] = []
  let written = ''
  let elements = 0
  /** Levels inside an element that goes. */
  let leaving = 0
  /** The last element's tag is not closed yet: it may have no content. */
  let isTagOpen = false
  /** Levels inside an element whose characters are shown. */
  let texts = 0
  let style: { readonly attributes: string; css: string } | null = null
  let rootNamespace: string | null = null
  /** A style sheet may make a layer of every element. */
  let isLayered = false

  const finishTag = (): void => {
    if (isTagOpen) written += '>'
    isTagOpen = false
  }

  function openRoot(tag: SaxesTagNS): void {
    if (tag.local !== 'svg' || (tag.uri !== SVG_NAMESPACE && tag.uri !== '')) {
      throw damagedSvg('its root is no svg element')
    }
    rootNamespace = tag.uri
    written += frame?.before ?? ''
  }

  return {
    open(tag: SaxesTagNS): void {
      elements += 1
      if (elements > MAX_ELEMENTS) throw excessiveSvg(`more than ${MAX_ELEMENTS} elements`)
      if (open.length + leaving >= MAX_DEPTH) throw excessiveSvg(`more than ${MAX_DEPTH} levels`)
      if (leaving > 0) {
        leaving += 1
        return
      }
      const isRoot = rootNamespace === null
      if (isRoot) openRoot(tag)
      const name = tag.local
      const isKept = tag.uri === rootNamespace && ELEMENTS.has(name) && style === null
      const attributes = isKept ? sanitiseAttributes(name, Object.values(tag.attributes)) : null
      if (attributes === null || (name === 'style' && !isCss(attributes))) {
        leaving = 1
        return
      }
      if (isRoot) for (const [key, value] of Object.entries(frame?.root ?? {})) attributes.set(key, value)
      complexity.open(attributes.get('id') ?? null, useOf(name, attributes))
      open.push(name)
      const text = [...attributes].map(([key, value]) => formatAttribute(key, value)).join('')
      if (name === 'style') {
        style = { attributes: text, css: '' }
        return
      }
      finishTag()
      written += `<${name}${isRoot ? ` xmlns="${SVG_NAMESPACE}"` : ''}${text}`
      isTagOpen = true
      if (texts > 0 || TEXTS.has(name)) texts += 1
    },

    close(): void {
      if (leaving > 0) {
        leaving -= 1
        return
      }
      const name = open.pop() as string
      complexity.close()
      if (style !== null) {
        const css = sanitiseStyleSheet(style.css)
        if (css !== '') {
          isLayered ||= LAYERED.test(css)
          finishTag()
          written += `<style${style.attributes}>${formatText(css)}</style>`
        }
        style = null
        return
      }
      written += isTagOpen ? '/>' : `</${name}>`
      isTagOpen = false
      if (texts > 0) texts -= 1
      if (open.length === 0) written += frame?.after ?? ''
    },

    text(text: string): void {
      if (leaving > 0) return
      if (style !== null) {
        if (style.css.length + text.length > MAX_STYLE_CHARACTERS)
          throw excessiveSvg('a style sheet that is too long')
        style.css += text
      } else if (texts > 0) {
        finishTag()
        written += formatText(text)
      }
    },

    take(atLeastCharacters: number): string {
      if (written.length < atLeastCharacters) return ''
      const taken = written
      written = ''
      return taken
    },

    finish(): void {
      const counts = complexity.count()
      const { elements, layers, sweeps } = counts
      // A style sheet may give every element a layer, and a filter.
      frame?.judge(isLayered ? { elements, layers: elements + layers, sweeps: elements * sweeps } : counts)
    },
  }
}

const isCss = (attributes: ReadonlyMap<string, string>): boolean =>
  /^(?:text\/css)?$/i.test((attributes.get('type') ?? '').trim())

/** Properties that make a layer of an element. */
const LAYERED = /\b(?:opacity|mask|clip-path|filter|mix-blend-mode|isolation)\s*:|url\(/

/** What an element shows a copy of, and what it is painted, cut or filtered with. */
function useOf(name: string, attributes: ReadonlyMap<string, string>): ElementUse {
  const href = attributes.get('href') ?? ''
  const paints: string[] = []
  for (const value of attributes.values()) {
    if (!value.includes('url(')) continue
    for (const [, found] of value.slice(0, MAX_STYLE_ATTRIBUTE).matchAll(/url\("?#([^")]{0,200})/g))
      paints.push(found as string)
  }
  const opacity = attributes.get('opacity') ?? '1'
  const isLayer =
    paints.length > 0 ||
    opacity !== '1' ||
    LAYERED.test((attributes.get('style') ?? '').slice(0, MAX_STYLE_ATTRIBUTE))
  return {
    copies: href.startsWith('#') ? [href.slice(1)] : [],
    paints,
    layers: Number(isLayer) + workOf(name, attributes),
    // How far its radius reaches depends on every scale above it, so it counts as all of the drawing.
    sweeps: Number(name === 'feMorphology'),
  }
}

const numbersOf = (text: string | undefined): number[] =>
  (text ?? '')
    .slice(0, 100)
    .split(/[\s,]+/)
    .map(Number)
    .filter((number) => number > 0)

/** Steps of filters whose work for each px is a matter of their attributes, in layers. */
function workOf(name: string, attributes: ReadonlyMap<string, string>): number {
  if (name === 'feTurbulence') return 5 * (numbersOf(attributes.get('numOctaves'))[0] ?? 1)
  if (name !== 'feConvolveMatrix') return 0
  const [columns = 3, rows = columns] = numbersOf(attributes.get('order'))
  return (columns * rows) / 4
}
