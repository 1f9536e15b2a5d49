import { ApiError } from '@tintype/core'
import { describe, expect, it } from 'vitest'
import { HOSTILE_SVGS, REFUSED_SVGS } from '../../../test/support/hostile-svg.ts'
import { sanitiseSvg } from './sanitise-svg.ts'

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function sanitise(svg: string | Uint8Array, size = 4096): Promise<string> {
  const bytes = typeof svg === 'string' ? new TextEncoder().encode(svg) : svg
  let text = ''
  for await (const piece of sanitiseSvg(pieces(bytes, size), bytes.length))
    text += new TextDecoder().decode(piece)
  return text
}

const failureOf = async (svg: string | Uint8Array): Promise<unknown> => sanitise(svg).catch((error) => error)
const X = 'xmlns="http://www.w3.org/2000/svg"'
/** What of an element or attributes inside a root stays. */
const inside = async (markup: string): Promise<string> =>
  (await sanitise(`<svg ${X} xmlns:xlink="http://www.w3.org/1999/xlink">${markup}</svg>`)).slice(
    `<svg ${X}>`.length,
    -6,
  )

/** Whatever could run, fetch or lead away. */
const DANGER =
  /<(?!\/?(?:svg|rect|circle|g|a|text|title|style|use|image|filter|feImage|linearGradient|pattern|textPath|animate|set)[\s/>])|\son\w+=|__BASE__|__HOST__|javascript:|vbscript:|image\/svg|text\/html|@import|xml:base|<\?|<!|\\/i

describe('hostile documents', () => {
  it.each(
    HOSTILE_SVGS.filter(({ name }) => !name.startsWith('markup in') && !name.startsWith('a name that')),
  )('$name: nothing of it stays', async ({ svg }) => {
    const clean = await sanitise(svg)
    expect(clean).not.toMatch(DANGER)
    expect(clean.startsWith(`<svg ${X}`)).toBe(true)
  })
  it.each(HOSTILE_SVGS)('$name: sanitised again, it stays as it is', async ({ svg }) => {
    const clean = await sanitise(svg)
    expect(await sanitise(clean)).toBe(clean)
  })
  it.each(HOSTILE_SVGS)('$name: byte by byte, it comes to the same', async ({ svg }) => {
    expect(await sanitise(svg, 1)).toBe(await sanitise(svg))
  })
  it.each(REFUSED_SVGS)('$name: refused as the fault of its sender', async ({ svg }) => {
    const error = await failureOf(svg)
    expect(error).toBeInstanceOf(ApiError)
    expect(['decodingFailed', 'refusedDimensions']).toContain((error as ApiError).kind)
  })
  it('markup that is text stays text', async () => {
    expect(await inside('<text>&lt;script>x&lt;/script>]]&gt;</text>')).toBe(
      '<text>&lt;script&gt;x&lt;/script&gt;]]&gt;</text>',
    )
    expect(await inside('<g id="&quot; onload=&quot;x"/>')).toBe('<g id="&quot; onload=&quot;x"/>')
  })
})

describe('what a drawing needs stays', () => {
  it.each([
    ['shapes', '<path d="M0 0L9 9z" fill="none" stroke="#f00" stroke-width="2" transform="rotate(45 5 5)"/>'],
    [
      'a gradient',
      '<linearGradient id="a"><stop offset="0" stop-color="rgb(0,0,0)"/></linearGradient><rect fill="url(#a)"/>',
    ],
    ['copies', '<symbol id="s" viewBox="0 0 1 1"><circle r="1"/></symbol><use href="#s" x="3"/>'],
    ['an embedded picture', '<image href="data:image/png;base64,iVBORw0KGgo=" width="1" height="1"/>'],
    [
      'text',
      '<text x="1" y="2" font-family="a, b" xml:space="preserve"> a <tspan dx="1">b</tspan> &amp; c</text>',
    ],
    ['words for people', '<title>T</title><desc>D (d)</desc><g role="img" aria-label="A (b)" lang="de"/>'],
    [
      'motion',
      '<circle r="1"><animate attributeName="r" values="1;2;1" dur="2s" repeatCount="indefinite"/></circle>',
    ],
    ['a filter', '<filter id="f"><feGaussianBlur in="SourceAlpha" stdDeviation="2" result="b"/></filter>'],
    ['a style', '<rect style="fill:url(#a);stroke:var(--x, #fff);transform:rotate(45deg)"/>'],
    [
      'a style sheet',
      '<style>.a &gt; .b:not(.c),#d{fill:#fff;--x:1px}@media (min-width:1px){a{opacity:.5}}</style>',
    ],
    ['key frames', '<style>@keyframes k{0%{opacity:0}to{opacity:1}}.a{animation:k 1s steps(4,end)}</style>'],
    [
      'an embedded font',
      '<style>@font-face{font-family:"f";src:url(data:font/woff2;base64,d09GMg==) format("woff2")}</style>',
    ],
    ['a link within', '<a href="#x"><rect/></a>'],
  ])('%s', async (_, markup) => {
    expect(await inside(markup)).toBe(markup)
  })
  it.each([
    ['prefixes become none', '<x:g xmlns:x="http://www.w3.org/2000/svg"><x:rect/></x:g>', '<g><rect/></g>'],
    ['xlink:href becomes href', '<use xlink:href=" #a "/>', '<use href="#a"/>'],
    ['the newer of two wins', '<use xlink:href="#a" href="#b"/>', '<use href="#b"/>'],
    ['CDATA becomes text', '<text><![CDATA[a<b]]></text>', '<text>a&lt;b</text>'],
    ['line breaks between shapes go', '<g>\n  <rect/>\n</g>', '<g><rect/></g>'],
    ['line breaks in values stay', '<path d="M0&#10;0"/>', '<path d="M0&#10;0"/>'],
    [
      'a declaration goes, its neighbours stay',
      '<g style="a:b;c:url(http://x/);d:e"/>',
      '<g style="a:b;d:e"/>',
    ],
    ['quoted addresses become plain', `<g style="fill:url( '#a' )"/>`, '<g style="fill:url(#a)"/>'],
  ])('%s', async (_, markup, clean) => {
    expect(await inside(markup)).toBe(clean)
  })
  it('simple entities are replaced', async () => {
    const svg = `<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/x.dtd" [<!-- c --><!ENTITY ns "http://www.w3.org/2000/svg"><!ENTITY t 'T'>]><svg xmlns="&ns;"><title>&t;&amp;</title></svg>`
    expect(await sanitise(svg)).toBe(`<svg ${X}><title>T&amp;</title></svg>`)
  })
  it('a root without a namespace is taken for what it must mean', async () => {
    expect(await sanitise('<svg width="1"><rect/></svg>')).toBe(`<svg ${X} width="1"><rect/></svg>`)
  })
  it('characters beyond ASCII, in every encoding', async () => {
    const latin = Uint8Array.from(
      `<?xml version="1.0" encoding="iso-8859-1"?><svg><title>\xe9</title></svg>`,
      (c) => c.charCodeAt(0),
    )
    expect(await sanitise(latin)).toBe(`<svg ${X}><title>é</title></svg>`)
    expect(await sanitise('\ufeff<svg><title>é😀</title></svg>', 1)).toBe(
      `<svg ${X}><title>é😀</title></svg>`,
    )
  })
})

describe('size', () => {
  it('a large document takes time that grows with it alone', async () => {
    const shapes = '<path d="M0 0L10.5 20.25C1 2 3 4 5 6z" fill="#123456"/>'
    const svg = `<svg ${X}>${shapes.repeat(100_000)}</svg>`
    const startedAt = performance.now()
    const clean = await sanitise(svg, 65_536)
    console.log(`${svg.length} characters in ${Math.round(performance.now() - startedAt)} ms`)
    expect(clean).toBe(svg)
  })
  it('one that becomes much larger is refused', async () => {
    expect(
      await failureOf(`<svg ${X}><title>${'&#62;'.repeat(10)}${'>'.repeat(3_000_000)}</title></svg>`),
    ).toMatchObject({
      kind: 'refusedDimensions',
    })
  })
})
