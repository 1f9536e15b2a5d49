/** SVGs that try to run something, to leave the document, or to fetch. `__BASE__` stands for an address that must not be asked. */
export interface HostileSvg {
  readonly name: string
  readonly svg: string | Uint8Array
}

const XMLNS = 'xmlns="http://www.w3.org/2000/svg"'
const XLINK = 'xmlns:xlink="http://www.w3.org/1999/xlink"'
const BASE = '__BASE__'
const RUN =
  'document.documentElement.setAttribute(&quot;data-ran&quot;,1);document.title=&quot;ran&quot;;fetch(&quot;__BASE__/ran&quot;)'
const CODE = RUN.replaceAll('&quot;', '"')
const shape = '<rect id="r" width="50" height="50" fill="teal"/>'
const doc = (inside: string, root = '') =>
  `<svg ${XMLNS} ${XLINK} width="100" height="100" ${root}>${shape}${inside}</svg>`

const utf16 = (text: string, isLittle: boolean): Uint8Array => {
  const bytes = new Uint8Array(2 + text.length * 2)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, 0xfeff, isLittle)
  for (let i = 0; i < text.length; i++) view.setUint16(2 + i * 2, text.charCodeAt(i), isLittle)
  return bytes
}

const script = `<script>${CODE}</script>`

/** Each is whole XML, so what remains of it is delivered. */
export const HOSTILE_SVGS: readonly HostileSvg[] = [
  ...Object.entries({
    'a script': doc(script),
    'a script in CDATA': doc(`<script><![CDATA[${CODE}]]></script>`),
    'a script from outside': doc(`<script href="${BASE}/a.js"/><script xlink:href="${BASE}/b.js"/>`),
    'a script with a prefix': `<x:svg xmlns:x="http://www.w3.org/2000/svg" width="9" height="9"><x:script>${CODE}</x:script></x:svg>`,
    'a script of HTML': doc(`<h:script xmlns:h="http://www.w3.org/1999/xhtml">${CODE}</h:script>`),
    'a script whose prefix means SVG inside another one': doc(
      `<a:g xmlns:a="urn:x"><b:script xmlns:b="http://www.w3.org/2000/svg">${CODE}</b:script></a:g>`,
    ),
    'a script under a namespace that is changed half way': doc(
      `<g xmlns="http://www.w3.org/1999/xhtml"><script>${CODE}</script></g>`,
    ),
    'a script in capitals of HTML': doc(
      `<H:SCRIPT xmlns:H="http://www.w3.org/1999/xhtml">${CODE}</H:SCRIPT>`,
    ),
    'a root without a namespace': `<svg width="9" height="9" onload="${RUN}">${script}${shape}</svg>`,
    'event handlers': doc(
      `<circle r="9" onclick="${RUN}" onmouseover="${RUN}" ONLOAD="${RUN}" onbegin="${RUN}"/>`,
      `onload="${RUN}" onerror="${RUN}" onunload="${RUN}"`,
    ),
    'an event handler with a prefix': doc('', `xmlns:s="http://www.w3.org/2000/svg" s:onload="${RUN}"`),
    'an event of an animation': doc(`<animate attributeName="x" dur="1s" onbegin="${RUN}" onend="${RUN}"/>`),
    'handler and listener of SVG Tiny': doc(
      `<handler type="application/ecmascript" xmlns:ev="http://www.w3.org/2001/xml-events" ev:event="load">${CODE}</handler>`,
    ),
    'a frame in a foreign object': doc(
      `<foreignObject width="90" height="90"><iframe xmlns="http://www.w3.org/1999/xhtml" src="${BASE}/frame" srcdoc="&lt;script>parent.document.title='ran'&lt;/script>"/></foreignObject>`,
    ),
    'HTML in a foreign object': doc(
      `<foreignObject width="90" height="90"><body xmlns="http://www.w3.org/1999/xhtml"><img src="${BASE}/i.png" onerror="${RUN}"/><object data="${BASE}/o"/><embed src="${BASE}/e"/><meta http-equiv="refresh" content="0;url=${BASE}/m"/></body></foreignObject>`,
    ),
    'HTML without a foreign object': doc(
      `<h:iframe xmlns:h="http://www.w3.org/1999/xhtml" src="${BASE}/f"/><h:link xmlns:h="http://www.w3.org/1999/xhtml" rel="stylesheet" href="${BASE}/l.css"/><h:base xmlns:h="http://www.w3.org/1999/xhtml" href="${BASE}/"/><h:audio xmlns:h="http://www.w3.org/1999/xhtml" src="${BASE}/s" autoplay=""/>`,
    ),
    'frames and media of SVG': doc(
      `<iframe src="${BASE}/f"/><video xlink:href="${BASE}/v"/><audio href="${BASE}/a"/><canvas/><unknown href="${BASE}/u"/>`,
    ),
    'a link': doc(`<a href="${BASE}/link" target="_top"><text x="5" y="20">go</text></a>`),
    'a link that runs': doc(`<a xlink:href="javascript:${RUN}"><rect width="99" height="99"/></a>`),
    'a link that runs, with white space': doc(
      `<a href=" &#9;java&#10;script&#58;${RUN}"><rect width="99" height="99"/></a>`,
    ),
    'a link that runs, in capitals': doc(
      `<a href="JaVaScRiPt&#x3A;${RUN}"><rect width="99" height="99"/></a>`,
    ),
    'links to data': doc(
      `<a href="data:text/html,&lt;script>document.title='ran'&lt;/script>"><rect width="99" height="99"/></a><a href="vbscript:x"/><a href="//__HOST__/x"/>`,
    ),
    'a use from outside': doc(`<use href="${BASE}/u.svg#a"/><use xlink:href="//__HOST__/u2.svg#a"/>`),
    'a use of data': doc(
      `<use href="data:image/svg+xml;base64,${btoa(`<svg ${XMLNS} id="a"><script>${CODE}</script></svg>`)}#a"/>`,
    ),
    'pictures from outside': doc(
      `<image href="${BASE}/1.png" width="9" height="9"/><image xlink:href="//__HOST__/2.png" width="9" height="9"/><image href="data:image/svg+xml,${encodeURIComponent(`<svg ${XMLNS}><image href="${BASE}/3.png"/></svg>`)}" width="9" height="9"/><image href="/4.png" width="9" height="9"/><image href="5.png" width="9" height="9"/>`,
    ),
    'a picture with two addresses': doc(`<image href="#r" xlink:href="${BASE}/1.png" width="9" height="9"/>`),
    'a filter that fetches': doc(
      `<filter id="f"><feImage href="${BASE}/1.png"/></filter><rect width="90" height="90" filter="url(#f)"/>`,
    ),
    'gradients, patterns and paths from outside': doc(
      `<linearGradient id="l" href="${BASE}/g.svg#g"/><pattern id="p" xlink:href="${BASE}/p.svg#p"/><text><textPath href="${BASE}/t.svg#t">x</textPath></text><rect fill="url(#l)" width="9" height="9"/>`,
    ),
    'attributes that fetch': doc(
      `<rect width="9" height="9" fill="url(${BASE}/1.svg#a)" stroke="url( '${BASE}/2.svg#a' )" filter="url(&quot;${BASE}/3.svg#a&quot;)" mask="url(${BASE}/4.svg#a)" clip-path="URL(${BASE}/5.svg#a)" marker-start="url(${BASE}/6.svg#a)" cursor="url(${BASE}/7.cur), auto"/>`,
    ),
    'attributes that fetch, with escapes': doc(
      `<rect width="9" height="9" fill="u\\72l(${BASE}/1.svg#a)" stroke="\\75 rl(${BASE}/2.svg#a)" filter="url(\\68ttp://__HOST__/3.svg#a)" mask="url(/**/${BASE}/4.svg#a)" cursor="image-set('${BASE}/5.png' 1x), auto"/>`,
    ),
    'a style attribute that fetches': doc(
      `<rect width="9" height="9" style="fill:red;background:url(${BASE}/1.png);background-image:image-set('${BASE}/2.png' 1x);cursor:url('${BASE}/3.cur'),auto;mask:url(${BASE}/4.svg#m)"/>`,
    ),
    'a style attribute that fetches, disguised': doc(
      `<rect width="9" height="9" style="fill:red;/**/background/**/:u\\72 l(${BASE}/1.png);--x:url(${BASE}/2.png);background:var(--x);list-style:url(${BASE}/3.png"/>`,
    ),
    'a style sheet that imports': doc(
      `<style>@import "${BASE}/1.css";@import url(${BASE}/2.css);@\\69mport '${BASE}/3.css';@charset "x";@namespace url(${BASE}/4);rect{fill:red}</style>`,
    ),
    'a style sheet that imports, behind comments and CDATA': doc(
      `<style><![CDATA[<!-- /* x */ @import url("${BASE}/1.css"); --> rect{fill:red} /* */@import '${BASE}/2.css';]]></style>`,
    ),
    'a style sheet that fetches': doc(
      `<style>rect{fill:url(${BASE}/1.svg#a);background:url("${BASE}/2.png")}@font-face{font-family:x;src:url(${BASE}/3.woff2)}text{font-family:x}@media screen{*{background:url(${BASE}/4.png);cursor:url(${BASE}/5.png),auto}}@supports (fill:red){*{background:url(${BASE}/6.png)}}</style><text y="20">x</text>`,
    ),
    'a style sheet that fetches, disguised': doc(
      `<style>rect{fill:red;b\\61ckground:url(${BASE}/1.png)}circle{background:u\\52L(${BASE}/2.png)}*{background:image-set("${BASE}/3.png" 1x)}*{background:-webkit-image-set(url(${BASE}/4.png) 1x)}*{background:cross-fade(url(${BASE}/5.png),red)}*{background:src("${BASE}/6.png")}a{&amp; b{background:url(${BASE}/7.png)}}</style>`,
    ),
    'brackets that do not match': doc(
      `<style>a{b:(}rect{fill:url(${BASE}/1.svg#x)}</style><style>rect{x:'}*{background:url(${BASE}/2.png)}</style><style>a[}{b:c}*{background:url(${BASE}/3.png)}</style>`,
    ),
    'a style sheet as an element of HTML': doc(
      `<style xmlns="http://www.w3.org/1999/xhtml">@import "${BASE}/1.css";</style><link xmlns="http://www.w3.org/1999/xhtml" rel="stylesheet" href="${BASE}/2.css"/>`,
    ),
    'markup in a style sheet': doc(`<style>&lt;/style>&lt;script>${CODE}&lt;/script></style>`),
    'markup in text': doc(
      `<title>&lt;script>${CODE}&lt;/script></title><text>]]&gt;&lt;/text>&lt;script/></text>`,
    ),
    'an animation of a link': doc(
      `<a id="a"><rect width="99" height="99"/><set attributeName="href" to="javascript:${RUN}"/><animate attributeName="xlink:href" values="javascript:${RUN}" dur="1s"/><animate attributeName=" href " from="#" to="${BASE}/x" dur="1s"/></a><set href="#a" attributeName="href" to="${BASE}/y"/>`,
    ),
    'an animation of a picture': doc(
      `<image id="i" width="9" height="9" href="#r"><set attributeName="href" to="${BASE}/1.png"/><animate attributeName="href" values="${BASE}/2.png;${BASE}/3.png" dur="1s"/></image>`,
    ),
    'an animation of an event': doc(
      `<set attributeName="onclick" to="${RUN}"/><animate attributeName="onload" values="${RUN}"/><set attributeName="style" to="background:url(${BASE}/1.png)"/>`,
    ),
    'an animation that fetches': doc(
      `<rect width="9" height="9"><animate attributeName="fill" values="red;url(${BASE}/1.svg#a)" dur="1s"/><set attributeName="filter" to="url('${BASE}/2.svg#a')"/><animate attributeName="mask" from="none" to="u\\72l(${BASE}/3.svg#a)" dur="1s"/></rect>`,
    ),
    'a base': doc(
      `<g xml:base="${BASE}/"><image href="1.png" width="9" height="9"/><a href="x"/></g>`,
      `xml:base="${BASE}/elsewhere/"`,
    ),
    'a style sheet by a processing instruction': `<?xml version="1.0"?><?xml-stylesheet type="text/css" href="${BASE}/1.css"?><?xml-stylesheet type="text/xsl" href="${BASE}/2.xsl"?>${doc('')}`,
    'a document type from outside': `<?xml version="1.0"?><!DOCTYPE svg SYSTEM "${BASE}/1.dtd" [<!ENTITY % p SYSTEM "${BASE}/2.dtd">%p;]>${doc('')}`,
    'an entity that is code': `<!DOCTYPE svg [<!ENTITY a "x"><!ENTITY s "javascript:document.title='ran'">]>${doc('<a href="&s;"><rect width="99" height="99"/></a>')}`,
    'a namespace whose prefix is changed': doc(
      `<g xmlns:xlink="urn:other"><image xlink:href="${BASE}/1.png" width="9" height="9"/></g><g xmlns:q="http://www.w3.org/1999/xlink"><image q:href="${BASE}/2.png" q:actuate="onLoad" width="9" height="9"/></g>`,
    ),
    'a discard and links of media': doc(
      `<discard/><mesh href="${BASE}/m"/><hatch href="${BASE}/h"/><font-face-uri href="${BASE}/f"/><color-profile href="${BASE}/c"/><cursor href="${BASE}/k"/><tref href="${BASE}/t"/>`,
    ),
    'rel, ping and download': doc(
      `<a href="#r" ping="${BASE}/p" download="x" target="_blank"><rect width="9" height="9"/></a>`,
    ),
    metadata: doc(`<metadata><script xmlns="http://www.w3.org/2000/svg">${CODE}</script></metadata>`),
    'a name that closes its attribute': doc(`<g id="&quot; onload=&quot;${RUN}"/>`),
    'Latin-1': `<?xml version="1.0" encoding="ISO-8859-1"?>${doc(script)}`,
    'XML 1.1': `<?xml version="1.1"?>${doc(`${script}<title>x</title>`)}`,
  }).map(([name, svg]) => ({ name, svg })),
  { name: 'UTF-16, big end first', svg: utf16(doc(script), false) },
  {
    name: 'UTF-16, little end first',
    svg: utf16(`<?xml version="1.0" encoding="UTF-16"?>${doc(script)}`, true),
  },
]

/** Nothing can be made of these: they are refused. */
export const REFUSED_SVGS: readonly HostileSvg[] = Object.entries({
  'a cut file': doc('').slice(0, -8),
  'two roots': doc('') + doc(''),
  'text behind the root': `${doc('')}x`,
  'another root': `<html xmlns="http://www.w3.org/1999/xhtml">${doc('')}</html>`,
  'a root of another namespace': '<svg xmlns="urn:x"/>',
  'an attribute twice': doc('<g id="a" id="b"/>'),
  'an attribute twice, by two prefixes': doc(
    '<g xmlns:y="http://www.w3.org/1999/xlink" xlink:href="#a" y:href="#b"/>',
  ),
  'an attribute without quotes': doc('<g id=a/>'),
  'a prefix that means nothing': doc('<zz:g/>'),
  'tags that cross': doc('<g><a></g></a>'),
  'an entity from outside': `<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>${doc('<text>&x;</text>')}`,
  'an entity that grows': `<!DOCTYPE svg [<!ENTITY a "${'x'.repeat(2000)}">]>${doc(`<text>${'&a;'.repeat(200)}</text>`)}`,
  'entities inside entities': `<!DOCTYPE svg [<!ENTITY a "lol"><!ENTITY b "&a;&a;">]>${doc('<text>&b;</text>')}`,
  'an entity of HTML': doc('<text>&nbsp;</text>'),
  'a control character': doc('<text>&#1;</text>'),
  NUL: doc('<text>\0</text>'),
  'UTF-7': `<?xml version="1.0" encoding="UTF-7"?>${doc('')}`,
  'an encoding of East Asia': `<?xml version="1.0" encoding="Shift_JIS"?>${doc('')}`,
  'too deep': doc('<g>'.repeat(300) + '</g>'.repeat(300)),
  'copies of copies': doc(
    `${Array.from({ length: 9 }, (_, i) => `<g id="g${i}">${`<use href="#g${i + 1}"/>`.repeat(10)}</g>`).join(
      '',
    )}<g id="g9"><path d="M0 0"/></g><use href="#g0"/>`,
  ),
  'a chain of copies': doc(
    Array.from({ length: 3000 }, (_, i) => `<g id="c${i}"><use href="#c${i + 1}"/></g>`).join(''),
  ),
}).map(([name, svg]) => ({ name, svg }))
