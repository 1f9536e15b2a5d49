import { OPTION_GROUPS, type OptionGroup, optionRow } from '../../packages/core/src/index.ts'
import { formatFaults, formatOrder, LIMITS, TOGETHER } from './chapters.ts'
import { formatCompositeComparison, formatFitComparison, formatGravityComparison } from './comparisons.ts'
import { type Engine, startEngine } from './engine.ts'
import { createFigures, type Figures } from './figures.ts'
import { BUILT, formatGroup, SURFACE_NAMES } from './option-section.ts'

/** docs/options.md, and its pictures by their paths beside it. */
export interface OptionDocs {
  readonly text: string
  readonly pictures: ReadonlyMap<string, Buffer>
}

const INTRODUCTION = `# Options

Generated from \`packages/core/src/options/option-table.ts\` by \`pnpm build:options\`; change it there. Every list below is read by the
real parser, and every picture is made by the real engine. To try options out, open \`/playground\` on a local server (\`pnpm dev\`).

Options are given in one of three forms, with the same names and values:

\`\`\`text
URL      /image/<options>/<source>, and /<account hash>/<image id>/<options>; options are name=value, with commas between
object   fetch(url, { cf: { image: { … } } }) in a Worker
variant  POST …/images/v1/variants { "id": "…", "options": { … } }, then /<account hash>/<image id>/<variant>
\`\`\`

In a URL a comma within a value is written \`%2C\`, and \`#\` as \`%23\`.`

const anchor = (name: string): string => `[\`${name}\`](#${name})`

function formatIndex(): string {
  const lines = (Object.keys(OPTION_GROUPS) as OptionGroup[]).flatMap((group) => {
    const names = BUILT.filter((name) => optionRow(name).group === group)
    return names.length === 0 ? [] : [`| ${OPTION_GROUPS[group]} | ${names.map(anchor).join(', ')} |`]
  })
  const partly = BUILT.flatMap((name) => {
    const { surfaces } = optionRow(name)
    const where = surfaces.map((surface) => SURFACE_NAMES[surface]).join(', ')
    const isEverywhere = (['url', 'object', 'variant'] as const).every((surface) =>
      surfaces.includes(surface),
    )
    return isEverywhere ? [] : [`${anchor(name)} (${where})`]
  })
  return [
    `| Group | Options |\n| :-- | :-- |\n${lines.join('\n')}`,
    `All work in URLs, objects and variants, except for ${partly.join(', ')}.`,
  ].join('\n\n')
}

/** What follows the options of a group. */
const EXTRAS: { readonly [Group in OptionGroup]?: (engine: Engine, figures: Figures) => Promise<string> } = {
  size: (_, figures) => formatGravityComparison(figures),
  overlays: (_, figures) => formatCompositeComparison(figures),
}

/**
 * The documentation of every option, rendered anew; takes some seconds.
 * @throws Error naming an option that has no example, one that its surfaces refuse, or one whose pictures are the same
 */
export async function createOptionDocs(): Promise<OptionDocs> {
  const engine = await startEngine()
  try {
    const figures = createFigures(engine)
    const chapters = [INTRODUCTION, formatIndex(), await formatFitComparison(engine, figures)]
    for (const group of Object.keys(OPTION_GROUPS) as OptionGroup[]) {
      if (!BUILT.some((name) => optionRow(name).group === group)) continue
      chapters.push(await formatGroup(group, figures))
      const extra = await EXTRAS[group]?.(engine, figures)
      if (extra !== undefined) chapters.push(extra)
    }
    chapters.push(formatOrder(), TOGETHER, formatFaults(), LIMITS)
    return { text: `${chapters.join('\n\n')}\n`, pictures: figures.files() }
  } finally {
    await engine.close()
  }
}
