import sharp from 'sharp'
import type { Drawing } from '../../packages/core/src/index.ts'

/** Letters as strokes in a box of 20x30: fonts differ from machine to machine. */
const LETTERS: Readonly<Record<string, string>> = {
  E: 'M20 0H0V30H20M0 15H15',
  I: 'M10 0V30',
  N: 'M0 30V0L20 30V0',
  P: 'M0 30V0H12a8 8 0 0 1 0 16H0',
  T: 'M0 0H20M10 0V30',
  Y: 'M0 0L10 15L20 0M10 15V30',
}
const lettering = (text: string): string =>
  [...text].map((letter, i) => `<path transform="translate(${i * 31} 0)" d="${LETTERS[letter]}"/>`).join('')

/** The same numbers in [0, 1) every time: what looks strewn is drawn alike for ever. */
function createNoise(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** Short strokes, denser and longer towards the viewer. */
function strokes(count: number, seed: number, stroke: (x: number, near: number, random: number) => string) {
  const noise = createNoise(seed)
  return Array.from({ length: count }, () => stroke(noise() * 960, noise() ** 0.7, noise())).join('')
}
const GLINTS = strokes(150, 7, (x, near, random) => {
  const y = 432 + near * 118
  const length = 8 + near * 34
  return `<path d="M${x.toFixed(1)} ${y.toFixed(1)}h${length.toFixed(1)}" opacity="${(0.15 + random * 0.4).toFixed(2)}"/>`
})
const GRASS = strokes(420, 11, (x, near, random) => {
  const y = 560 + near * 80
  return `<path d="M${x.toFixed(1)} ${y.toFixed(1)}q${((random - 0.5) * 12).toFixed(1)} -9 ${((random - 0.5) * 16).toFixed(1)} -18" opacity="${(0.25 + random * 0.5).toFixed(2)}"/>`
})

/** 960x640: a lighthouse right of the middle, a sail on the left, lettering below; sky and water are calm, grass is not. */
const SCENE = `<svg xmlns="http://www.w3.org/2000/svg" width="960" height="640">
<defs>
<linearGradient id="sky" x2="0" y2="1"><stop stop-color="#2f6fa8"/><stop offset=".62" stop-color="#a9d3e6"/><stop offset="1" stop-color="#ffdca8"/></linearGradient>
<linearGradient id="sea" x2="0" y2="1"><stop stop-color="#7fb6c4"/><stop offset="1" stop-color="#175a78"/></linearGradient>
<linearGradient id="tower" x2="1" y2="0"><stop stop-color="#fff"/><stop offset=".55" stop-color="#f4efe6"/><stop offset="1" stop-color="#b9b2a6"/></linearGradient>
<clipPath id="shape"><path d="M672 500L690 196H750L768 500Z"/></clipPath>
</defs>
<rect width="960" height="440" fill="url(#sky)"/>
<circle cx="196" cy="330" r="46" fill="#fff3c9"/><circle cx="196" cy="330" r="70" fill="#fff3c9" opacity=".28"/>
<g fill="#fff" opacity=".85"><ellipse cx="390" cy="120" rx="86" ry="20"/><ellipse cx="432" cy="104" rx="52" ry="22"/><ellipse cx="880" cy="172" rx="70" ry="14"/></g>
<path d="M0 430V372L110 318 206 384 322 300 446 392 560 344 690 408 806 330 960 396V430Z" fill="#7d93ab"/>
<path d="M0 432V404L150 382 300 414 470 390 620 418 960 388V432Z" fill="#5d7d78"/>
<rect y="430" width="960" height="130" fill="url(#sea)"/>
<g stroke="#fff" stroke-width="2">${GLINTS}</g>
<path d="M0 640V556Q190 528 400 552T800 520 960 536V640Z" fill="#4c7a3a"/>
<g stroke="#b9d77a" stroke-width="2" fill="none">${GRASS}</g>
<path d="M610 556Q640 486 690 486H756Q812 490 836 548Z" fill="#6d6560"/><path d="M640 548Q664 502 700 500L716 548Z" fill="#8a817a"/>
<path d="M672 500L690 196H750L768 500Z" fill="url(#tower)"/>
<g clip-path="url(#shape)" fill="#d3312f"><rect x="660" y="240" width="120" height="52"/><rect x="660" y="340" width="120" height="56"/><rect x="660" y="446" width="120" height="60"/></g>
<g fill="#3a3f4a"><rect x="711" y="306" width="18" height="24" rx="9"/><rect x="711" y="410" width="18" height="24" rx="9"/><path d="M706 500V474q14 -16 28 0V500Z"/></g>
<rect x="676" y="184" width="88" height="14" rx="3" fill="#2b2f38"/><rect x="696" y="140" width="48" height="44" fill="#ffe79a"/>
<path d="M696 140V184M712 140V184M728 140V184M744 140V184" stroke="#2b2f38" stroke-width="4"/><path d="M688 142Q720 96 752 142Z" fill="#b3201f"/><rect x="717" y="96" width="6" height="22" fill="#2b2f38"/>
<path d="M744 150L960 96V196L744 172Z" fill="#fff3c0" opacity=".38"/>
<path d="M250 474V372L316 474Z" fill="#fdfdfb"/><path d="M242 474V396L200 474Z" fill="#e8c24a"/><path d="M190 482H326L304 504H212Z" fill="#7c3b22"/>
<rect x="96" y="566" width="12" height="74" fill="#5a3d26"/><rect x="318" y="566" width="12" height="74" fill="#5a3d26"/>
<rect x="70" y="552" width="286" height="58" rx="6" fill="#f2e3c2" stroke="#5a3d26" stroke-width="5"/>
<g transform="translate(110 566)" fill="none" stroke="#33241a" stroke-width="6" stroke-linejoin="round" stroke-linecap="round">${lettering('TINTYPE')}</g>
</svg>`

/** 480x480: a disc with a star, over nothing; its glow fades out. */
const BADGE = `<svg xmlns="http://www.w3.org/2000/svg" width="480" height="480">
<defs><radialGradient id="glow"><stop offset=".72" stop-color="#0b3b5a" stop-opacity=".55"/><stop offset="1" stop-color="#0b3b5a" stop-opacity="0"/></radialGradient>
<linearGradient id="disc" x2=".6" y2="1"><stop stop-color="#ffb347"/><stop offset="1" stop-color="#d8432f"/></linearGradient></defs>
<circle cx="240" cy="240" r="236" fill="url(#glow)"/><circle cx="240" cy="240" r="176" fill="url(#disc)"/><circle cx="240" cy="240" r="150" fill="none" stroke="#fff" stroke-width="8" opacity=".8"/>
<path d="M240 96L275 186 371 192 297 253 321 347 240 295 159 347 183 253 109 192 205 186Z" fill="#fff"/>
</svg>`

const rasterise = (svg: string) => sharp(Buffer.from(svg)).png().toBuffer()

const DRAW = {
  scene: () => rasterise(SCENE),
  badge: () => rasterise(BADGE),
  /** 560x400: the scene within 40 px of one colour. */
  framed: async () =>
    sharp(await rasterise(SCENE))
      .resize(480, 320)
      .flatten()
      .extend({ top: 40, bottom: 40, left: 40, right: 40, background: '#e9e4d8' })
      .png()
      .toBuffer(),
} as const satisfies Record<Drawing, () => Promise<Buffer>>

/** A drawing of the documentation, as a PNG; the same pixels every time. */
export const drawDrawing = (name: Drawing): Promise<Buffer> => DRAW[name]()

/** The scene as a source that is smaller than the boxes it is shown in: 120x80. */
export const drawSmallScene = async (): Promise<Buffer> =>
  sharp(await rasterise(SCENE))
    .resize(120, 80)
    .flatten()
    .png()
    .toBuffer()
