import sharp from 'sharp'

/** A picture of the demo origin: what it is called, what it is, its bytes. */
export interface DemoPicture {
  readonly path: string
  readonly mime: string
  readonly bytes: Buffer
}

const FRAMES = 24
const ANIMATION = { width: 320, height: 200, delayMs: 60 } as const

const svg = (width: number, height: number, content: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${content}</svg>`

const LOGO = svg(
  240,
  120,
  `<title>Tintype demo</title>
  <rect width="240" height="120" rx="18" fill="#1f3a4d"/>
  <circle cx="60" cy="60" r="34" fill="none" stroke="#f2c14e" stroke-width="8"/>
  <circle cx="60" cy="60" r="14" fill="#f2c14e"/>
  <path d="M116 42h96M116 60h72M116 78h84" stroke="#f6f1e7" stroke-width="9" stroke-linecap="round"/>`,
)

/** Evening over hills: gradients, a fine grain, soft and hard edges, all that compression has to cope with. */
const SCENE = svg(
  1800,
  1200,
  `<defs>
    <linearGradient id="sky" x1="0" y1="0" x2="0" y2="1">
      <stop offset="0" stop-color="#274472"/><stop offset=".55" stop-color="#e08e6d"/><stop offset="1" stop-color="#f9e0ae"/>
    </linearGradient>
    <radialGradient id="sun"><stop offset="0" stop-color="#fff6d8"/><stop offset=".35" stop-color="#ffe3a0"/><stop offset="1" stop-color="#ffe3a0" stop-opacity="0"/></radialGradient>
    <filter id="grain"><feTurbulence type="fractalNoise" baseFrequency=".035 .09" numOctaves="4" seed="7"/><feColorMatrix values="0 0 0 0 .12  0 0 0 0 .2  0 0 0 0 .12  0 0 0 .9 -.25"/><feComposite in2="SourceGraphic" operator="in"/></filter>
  </defs>
  <rect width="1800" height="1200" fill="url(#sky)"/>
  <circle cx="1270" cy="560" r="330" fill="url(#sun)"/>
  <path d="M0 760 Q300 560 620 720 T1200 690 T1800 640 V1200 H0Z" fill="#5b5f6e"/>
  <path d="M0 900 Q420 700 900 860 T1800 800 V1200 H0Z" fill="#3d5a45"/>
  <path d="M0 900 Q420 700 900 860 T1800 800 V1200 H0Z" filter="url(#grain)"/>
  <path d="M0 1060 Q520 900 1100 1040 T1800 990 V1200 H0Z" fill="#26392c"/>
  <g fill="#8f3b2e"><path d="M420 880h170v-120l-85-70-85 70z"/><path d="M405 770l100-84 100 84-14 14-86-72-86 72z" fill="#5a241c"/></g>
  <path d="M470 880v-60h34v60zM530 800h34v34h-34z" fill="#ffdf8a"/>
  <g fill="#1c2a20"><path d="M760 930l60-230 60 230z"/><path d="M860 950l46-170 46 170z"/><path d="M300 960l40-150 40 150z"/></g>`,
)

/** Sides, corners and the middle can be told apart, and its edge is transparent. */
const CARD = svg(
  600,
  400,
  `<rect x="20" y="20" width="560" height="360" rx="24" fill="#f6f1e7"/>
  <g stroke="#c9c2b2" stroke-width="2"><path d="M20 140h560M20 260h560M206 20v360M393 20v360"/></g>
  <circle cx="300" cy="200" r="90" fill="none" stroke="#1f3a4d" stroke-width="10"/>
  <path d="M300 80v240M180 200h240" stroke="#1f3a4d" stroke-width="4"/>
  <rect x="40" y="40" width="70" height="70" fill="#d1495b"/><rect x="490" y="40" width="70" height="70" fill="#00798c"/>
  <rect x="40" y="290" width="70" height="70" fill="#edae49"/><rect x="490" y="290" width="70" height="70" fill="#30638e" fill-opacity=".5"/>`,
)

/** A ball that rolls once around an ellipse: the last frame leads to the first. */
function frame(at: number): string {
  const { width, height } = ANIMATION
  const angle = (2 * Math.PI * at) / FRAMES
  const [x, y] = [width / 2 + 110 * Math.cos(angle), height / 2 + 55 * Math.sin(angle)]
  return svg(
    width,
    height,
    `<rect width="${width}" height="${height}" fill="#f6f1e7"/>
    <ellipse cx="160" cy="100" rx="110" ry="55" fill="none" stroke="#c9c2b2" stroke-width="6"/>
    <circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="26" fill="#d1495b"/>
    <rect x="${((width * at) / FRAMES).toFixed(1)}" y="188" width="14" height="8" fill="#1f3a4d"/>`,
  )
}

async function drawAnimation(): Promise<Buffer> {
  const frames = await Promise.all(
    Array.from({ length: FRAMES }, (_, at) =>
      sharp(Buffer.from(frame(at)))
        .png()
        .toBuffer(),
    ),
  )
  return sharp(frames, { join: { animated: true } })
    .gif({ delay: Array(FRAMES).fill(ANIMATION.delayMs), loop: 0 })
    .toBuffer()
}

/** Every picture that the demo origin shows, drawn anew: nothing of it is kept in the repository. */
export async function drawDemoPictures(): Promise<readonly DemoPicture[]> {
  return [
    { path: '/card.png', mime: 'image/png', bytes: await sharp(Buffer.from(CARD)).png().toBuffer() },
    {
      path: '/photo.jpg',
      mime: 'image/jpeg',
      bytes: await sharp(Buffer.from(SCENE)).jpeg({ quality: 92 }).toBuffer(),
    },
    { path: '/anim.gif', mime: 'image/gif', bytes: await drawAnimation() },
    { path: '/logo.svg', mime: 'image/svg+xml', bytes: Buffer.from(LOGO) },
  ]
}
