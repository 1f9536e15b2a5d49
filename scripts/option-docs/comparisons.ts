import { COMPOSITES, type FitMode, OPTIONS, type Options } from '../../packages/core/src/index.ts'
import { drawSmallScene } from './drawings.ts'
import type { Engine } from './engine.ts'
import { readList } from './example.ts'
import type { Figure, Figures } from './figures.ts'
import { sizeOf } from './option-section.ts'

const FITS = {
  'scale-down': 'The whole picture, as large as fits into the box, and never enlarged. The default.',
  contain: 'The whole picture, as large as fits into the box; a small one is enlarged.',
  cover: 'Exactly the box. What stands out of it is cut off; a small picture is enlarged.',
  crop: 'As `cover`, but never enlarged: a picture that is smaller than the box stays as it is.',
  'aspect-crop': "The box's shape, never enlarged: a small picture is cut to that shape, at its own size.",
  pad: 'Exactly the box, with the whole picture in it, and `background` (white) beside it.',
  squeeze: 'Exactly the box, by stretching: circles become ovals.',
  'scale-up': 'The whole picture, enlarged into the box when it is smaller; a larger one stays as it is.',
} as const satisfies Record<FitMode, string>

const SIDE_PX = 160
const picture = (figure: Figure, what: string): string => `![${what}](${figure.path})`

/** The fit modes beside each other, from a source that is larger than the box and from one that is smaller. */
export async function formatFitComparison(engine: Engine, figures: Figures): Promise<string> {
  const [large, small] = [await engine.drawing('scene'), await drawSmallScene()]
  const rows: string[] = []
  for (const fit of Object.keys(FITS) as FitMode[]) {
    const options = { fit, width: SIDE_PX, height: SIDE_PX }
    const larger = await figures.showInBox(`fit-${fit}-larger`, large, options)
    const smaller = await figures.showInBox(`fit-${fit}-smaller`, small, options)
    rows.push(
      `| **\`${fit}\`**<br>${FITS[fit]} | ${picture(larger, `${fit} of a larger picture`)}<br>${sizeOf(larger)} | ${picture(smaller, `${fit} of a smaller picture`)}<br>${sizeOf(smaller)} |`,
    )
  }
  return `## Which fit?

The box is \`width=${SIDE_PX},height=${SIDE_PX}\` in every row, drawn as a dashed line. A result that is larger than the box is shown
smaller than it is, and its box with it.

| | 960 × 640 px come in | 120 × 80 px come in |
| :-- | :-: | :-: |
${rows.join('\n')}

**\`cover\` or \`crop\`?** Both fill the box by cutting, at the place that [\`gravity\`](#gravity) says. They differ when the picture is
too small: \`cover\` enlarges it, so a layout can count on the box, at the price of a soft picture; \`crop\` leaves it sharp and small,
so the layout has to cope with less. \`aspect-crop\` is the middle way: never enlarged, yet always of the box's shape.

**\`contain\` or \`pad\`?** Both show all of the picture. \`contain\` gives a result of the picture's own shape, \`pad\` always gives the
box, filled up with \`background\`.

**One side alone** (\`width=300\`) leaves the other free, so there is nothing to cut or to pad: \`scale-down\`, \`crop\` and
\`aspect-crop\` never enlarge, the others do where their row above does. Without a side nothing is resized.`
}

/** What `gravity` keeps of a picture that is cut on the left and right. */
export async function formatGravityComparison(figures: Figures): Promise<string> {
  const words = OPTIONS.gravity.type.schema.anyOf?.[0]?.enum ?? []
  const points = ['0x0.5', '0.33x0.5', '0.75x0.3', '0.74x0.5xbox-center']
  const cells: string[] = []
  for (const value of [...words.map(String), ...points]) {
    const options: Options = readList(`fit=cover,width=110,height=160,gravity=${value}`)
    const figure = await figures.show(`gravity-${value.replaceAll('.', '')}`, 'scene', options)
    const note = figure.warnings.map((warning) => `<br>(${warning})`).join('')
    cells.push(`${picture(figure, `gravity ${value}`)}<br>\`${value}\`${note}`)
  }
  return `### Gravity side by side

\`fit=cover,width=110,height=160\` cuts away on the left and right here, so \`top\` and \`bottom\` show the middle. A point \`XxY\` shares out what
is cut off: \`0x0.5\` takes all of it from the right, \`0.33x0.5\` a third of it from the left. Use it when it is known where the subject is;
\`auto\` looks for what stands out by itself, \`entropy\` for detail.

${formatGrid(cells, 5)}`
}

/** How two pictures mix. */
export async function formatCompositeComparison(figures: Figures): Promise<string> {
  const cells: string[] = []
  for (const composite of COMPOSITES) {
    const entry = {
      ...{ url: 'https://example.com/badge.png', width: 0.7, right: 0, bottom: 0 },
      ...{ saturation: 0, composite },
    }
    const options = readDraw([entry])
    const figure = await figures.show(`composite-${composite}`, 'badge', options)
    cells.push(`${picture(figure, `composite ${composite}`)}<br>\`${composite}\``)
  }
  return `### Composites side by side

A grey badge drawn onto the coloured one. Only the overlay's box changes: \`over\` lays it on top; \`in\` keeps of it what lies on the
picture, and nothing of the picture; \`atop\` the same, and the picture stays; \`out\` keeps of it what lies beside the picture; \`xor\` keeps
of each what the other leaves free; \`lighter\` adds the two.

${formatGrid(cells, 3)}`
}

function readDraw(entries: readonly object[]): Options {
  const value = OPTIONS.draw.type.fromValue(entries)
  if (!Array.isArray(value)) throw new Error('An overlay of the comparison is refused')
  return { width: 160, draw: value }
}

/** Cells in rows, under no heading. */
function formatGrid(cells: readonly string[], columns: number): string {
  const rows = Array.from({ length: Math.ceil(cells.length / columns) }, (_, row) =>
    Array.from({ length: columns }, (_, column) => cells[row * columns + column] ?? ''),
  )
  const line = (row: readonly string[]) => `| ${row.join(' | ')} |`
  const [first = [], ...others] = rows
  return [line(first), line(first.map(() => ':-:')), ...others.map(line)].join('\n')
}
