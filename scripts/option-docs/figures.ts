import sharp, { type Sharp } from 'sharp'
import type { Drawing, Options } from '../../packages/core/src/index.ts'
import type { Engine, Rendered } from './engine.ts'

/** A picture of the page: where its file lies beside docs/options.md, and the size of what it shows. */
export interface Figure {
  readonly path: string
  /** Of the engine's result, px; the file may show it smaller. */
  readonly width: number
  readonly height: number
  /** What the engine warned of. */
  readonly warnings: readonly string[]
}

/** Pictures of the page, rendered by the engine when they are asked for, each once. */
export interface Figures {
  /** A drawing through the engine. @param slug the name of the file, without its ending */
  show(slug: string, drawing: Drawing, options: Options): Promise<Figure>
  /** The same, within the outline of the box that its options ask for. @param source for another size than the drawing's */
  showInBox(
    slug: string,
    source: Buffer,
    options: Options & { width: number; height: number },
  ): Promise<Figure>
  /** Every file, by its path beside docs/options.md. */
  files(): ReadonlyMap<string, Buffer>
}

export const PICTURE_FOLDER = 'options'
const MAX_SIDE_PX = 320
const MAX_BYTES = 15_000
const MARGIN_PX = 6

const encode = (picture: Sharp): Promise<Buffer> =>
  picture.webp({ quality: 80, alphaQuality: 80, effort: 6 }).toBuffer()

/** The outline of a box, dashed, in a grey that is seen on white and on black. */
const outline = (side: number, width: number, height: number) =>
  Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}">
<rect x="${(side - width) / 2 - 1}" y="${(side - height) / 2 - 1}" width="${width + 2}" height="${height + 2}" fill="none" stroke="#888" stroke-width="2" stroke-dasharray="6 4"/></svg>`)

export function createFigures(engine: Engine): Figures {
  const files = new Map<string, Buffer>()
  const known = new Map<string, Promise<Figure>>()

  async function keep(
    slug: string,
    picture: Sharp,
    { width: shownWidth, height: shownHeight, warnings }: Rendered,
  ) {
    const body = await encode(picture)
    const { width = 0, height = 0 } = await sharp(body).metadata()
    if (Math.max(width, height) > MAX_SIDE_PX) throw new Error(`${slug} is ${width}x${height} px`)
    if (body.length > MAX_BYTES) throw new Error(`${slug} has ${body.length} bytes`)
    const path = `${PICTURE_FOLDER}/${slug}.webp`
    files.set(path, body)
    return { path, width: shownWidth, height: shownHeight, warnings }
  }
  const once = (slug: string, make: () => Promise<Figure>): Promise<Figure> => {
    const figure = known.get(slug) ?? make()
    known.set(slug, figure)
    return figure
  }

  return {
    show: (slug, drawing, options) =>
      once(slug, async () => {
        const result = await engine.render(await engine.drawing(drawing), options)
        return keep(slug, sharp(result.body), result)
      }),
    showInBox: (slug, source, options) =>
      once(slug, async () => {
        const result = await engine.render(source, options)
        const box = Math.max(options.width, options.height)
        const scale = Math.min(1, box / Math.max(result.width, result.height))
        const [width, height] = [Math.round(result.width * scale), Math.round(result.height * scale)]
        const side = box + 2 * MARGIN_PX
        const picture = await sharp(result.body).resize(width, height).png().toBuffer()
        const canvas = sharp({ create: { width: side, height: side, channels: 4, background: '#0000' } })
        const frame = outline(side, Math.round(options.width * scale), Math.round(options.height * scale))
        return keep(slug, canvas.composite([{ input: picture }, { input: frame }]), result)
      }),
    files: () => files,
  }
}
