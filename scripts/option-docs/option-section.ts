import sharp from 'sharp'
import {
  OPTION_GROUPS,
  OPTION_NAMES,
  type OptionGroup,
  type OptionName,
  optionRow,
  type Surface,
} from '../../packages/core/src/index.ts'
import { type OptionExample, readExample } from './example.ts'
import type { Figure, Figures } from './figures.ts'

export const SURFACE_NAMES = {
  url: 'URL',
  object: 'object',
  variant: 'variant',
  overlay: 'entry of `draw`',
} as const satisfies Record<Surface, string>

/** Options that can be used somewhere, in the table's order. */
export const BUILT = OPTION_NAMES.filter((name) => optionRow(name).surfaces.length > 0)

/** `name=value`, with the colour or list in it readable. */
const code = (text: string): string => `\`${text}\``

/** Where an option is taken, with what a surface takes less of it. */
function formatFacts(name: OptionName): string {
  const { type, narrower, surfaces, aliases, parts = [], default: fallback, evidence } = optionRow(name)
  const facts = [
    ['Values', type.expects],
    ...Object.entries(narrower ?? {})
      .filter(([, less]) => less.expects !== type.expects)
      .map(([surface, less]) => [
        `In ${surface === 'object' || surface === 'overlay' ? 'an' : 'a'} ${SURFACE_NAMES[surface as Surface]}`,
        less.expects,
      ]),
    ...(fallback === undefined ? [] : [['Default', code(type.toText(fallback))]]),
    ...(parts.length === 0
      ? []
      : [['Also, in a URL', parts.map((part) => code(`${name}.${part}`)).join(', ')]]),
    ...(aliases.length === 0 ? [] : [['Other names', aliases.map(code).join(', ')]]),
    ['Where', surfaces.map((surface) => SURFACE_NAMES[surface]).join(', ')],
    ['Rule and tests', `[parity](${evidence.replace('docs/', '')})`],
  ]
  return facts.map(([fact, what]) => `- **${fact}**: ${what}`).join('\n')
}

const formatForms = ({ url, object, variant }: OptionExample): string =>
  [
    '```text',
    ...(url === null ? [] : [`URL      /image/${url}/photo.jpg`]),
    ...(object === null ? [] : [`object   ${JSON.stringify(object)}`]),
    ...(variant === null ? [] : [`variant  ${JSON.stringify(variant)}`]),
    '```',
  ].join('\n')

const cell = ({ path }: Figure, what: string): string => `![${what}](${path})`
export const sizeOf = ({ width, height }: Figure): string => `${width} × ${height} px`

/** Whether two pictures of the page look different at all. */
async function differ(figures: Figures, one: Figure, other: Figure): Promise<boolean> {
  if (one.width !== other.width || one.height !== other.height) return true
  const raw = (figure: Figure) => sharp(figures.files().get(figure.path)).ensureAlpha().raw().toBuffer()
  return !(await raw(one)).equals(await raw(other))
}

/** @throws Error where the two pictures are the same: then the example shows nothing, or the option does nothing */
async function formatPictures(example: OptionExample, figures: Figures): Promise<string> {
  const { name, demo, unseen, before, after, assignment, otherwise } = example
  if (demo === null) return `No picture: ${unseen}`
  const { of: drawing = 'scene', given = 'width=300' } = demo
  const slug = `before-${drawing}-${given.replaceAll(/[^a-z0-9]+/gi, '-')}`
  const without = await figures.show(slug, drawing, before)
  const shown = await figures.show(`with-${name}`, drawing, after)
  if (!(await differ(figures, without, shown))) throw new Error(`The demo of "${name}" shows no difference`)
  const label = assignment.length > 40 ? `${name}=…` : assignment
  return `| ${otherwise === null ? 'without' : code(otherwise)} | ${code(label)} |
| :-: | :-: |
| ${cell(without, `without ${name}`)} | ${cell(shown, `with ${label}`)} |
| ${sizeOf(without)} | ${sizeOf(shown)} |`
}

async function formatOption(name: OptionName, figures: Figures): Promise<string> {
  const example = readExample(name)
  return `### \`${name}\`

${optionRow(name).doc}

${formatFacts(name)}

${await formatPictures(example, figures)}

${formatForms(example)}`
}

/** The chapter of one group: every option of it, in the table's order. */
export async function formatGroup(group: OptionGroup, figures: Figures): Promise<string> {
  const sections: string[] = []
  for (const name of BUILT.filter((each) => optionRow(each).group === group)) {
    sections.push(await formatOption(name, figures))
  }
  return [`## ${OPTION_GROUPS[group]}`, ...sections].join('\n\n')
}
