import {
  ApiError,
  ERRORS,
  formatUrlOptions,
  MAX_AREA_PX,
  MAX_SIDE_PX,
  NO_HINTS,
  type Op,
  type OptionName,
  type Options,
  parseOptions,
  parseUrlOptions,
  programOfOptions,
  resolveHints,
} from '../../packages/core/src/index.ts'
import { readExample } from './example.ts'
import { BUILT } from './option-section.ts'

const operationsIn = (options: Options): readonly Op[] =>
  programOfOptions(resolveHints(options, NO_HINTS).options).ops

/** Which operations of a program an option has a say in. */
function operationsOf(name: OptionName): readonly string[] {
  const { before, after } = readExample(name)
  const [without, within] = [before, after].map((options) => operationsIn(options))
  const texts = new Set(without?.map((op) => JSON.stringify(op)))
  return (within ?? []).filter((op) => !texts.has(JSON.stringify(op))).map(({ op }) => op)
}

/** The order of operations, as the program of all examples together has it. */
export function formatOrder(): string {
  const all = Object.assign({}, ...BUILT.map((name) => readExample(name).after))
  const order = [...new Set(operationsIn(all).map(({ op }) => op))]
  const makers = new Map(order.map((op) => [op as string, [] as string[]]))
  for (const name of BUILT) for (const op of operationsOf(name)) makers.get(op)?.push(`\`${name}\``)
  const lines = [...makers].map(([op, names]) => `**${op}**: ${[...new Set(names)].join(', ')}`)
  return `## Order

Whatever order options are given in, a URL, an object and a variant act in this one:

${[
  'the original is decoded, turned upright by its EXIF orientation, and its colour profile applied',
  ...lines,
  'what is transparent is laid on white where the format has no transparency, and the result is encoded',
]
  .map((line, i) => `${i + 1}. ${line}`)
  .join('\n')}`
}

export const TOGETHER = `## What dpr, turning and cutting do together

| Together | What happens |
| :-- | :-- |
| \`dpr\` and \`width\`, \`height\` | The box is the size times \`dpr\`, rounded to whole px; then \`fit\` acts. \`scale-down\` still never enlarges. |
| \`dpr\` without a size | Nothing: there is no box to multiply. |
| \`dpr\` and \`border\`, \`trim\` | Px count times \`dpr\`, fractions as they are. |
| \`dpr\` and \`blur\`, \`sharpen\`, offsets of \`draw\` | As they are: they count px of the result. |
| \`rotate\` by 90 or 270 and \`width\`, \`height\` | The sides are those of the turned picture. |
| \`flip\` and \`rotate\` | The flip comes first. |
| \`trim\` and \`rotate\` | Sides are named on the upright original, before it is turned. |
| \`gravity\` as a point and \`rotate\`, \`trim\` | Fractions of what is left after them: of the picture that is cut. |
| sizes that come out uneven | To the nearest px, at least 1: 1080x720 into 500x500 by \`scale-down\` is 500x333. |`

/** What the parsers of URLs and variants make of lists and objects that are not quite right. */
const LISTS = [
  'width=400,colour=red',
  'width=400,blur=much',
  'width=400,blur=300',
  'width=400,fit=stretch',
  'w=200,width=400',
  'width=400,width=200',
  'blur=much',
  'width=400,browser_ttl=86400',
] as const
const OBJECTS = [{ width: 400, colour: 'red' }, { blur: 'much' }, { blur: 300 }] as const

const formatError = (error: unknown): string => {
  if (!(error instanceof ApiError)) throw error
  const { status, code } = ERRORS[error.kind]
  return `${status}, code ${code}: ${error.message}`
}

function judgeList(list: string): string {
  try {
    const { options, warnings } = parseUrlOptions(list)
    const used = `the picture, as \`${formatUrlOptions(options)}\``
    return warnings.length === 0 ? used : `${used}, with \`warning: cf-images 299 "${warnings.join('; ')}"\``
  } catch (error) {
    return formatError(error)
  }
}

function judgeObject(given: object): string {
  try {
    return `made, as \`${JSON.stringify(parseOptions('variant', { ...given }))}\``
  } catch (error) {
    return formatError(error)
  }
}

export const formatFaults = (): string => `## Errors and warnings

A name that nobody knows is ignored, so that lists made for another service work. A value that cannot be read is dropped from a URL
with a \`warning\`, because URLs are typed by people and assembled by templates; one that can be read and is out of range refuses the
request, as does a word that \`fit\` does not know. Objects and variants refuse both. The long name wins over its aliases, and the first of equal names over the rest.

| In a URL | Answer |
| :-- | :-- |
${LISTS.map((list) => `| \`${list}\` | ${judgeList(list)} |`).join('\n')}

| As a variant | Answer |
| :-- | :-- |
${OBJECTS.map((given) => `| \`${JSON.stringify(given)}\` | ${judgeObject(given)} |`).join('\n')}

Other things that end in a picture and a \`warning\`: \`cover\` with one side only, a format that cannot be had at this size, an
original whose end is missing. All codes are in [parity](parity.md#delivery-errors).`

export const LIMITS = `## Limits

| What | Limit |
| :-- | :-- |
| A side, coming or going | ${MAX_SIDE_PX.toLocaleString('en')} px |
| An area, coming or going | ${MAX_AREA_PX / 1e6} megapixels |
| AVIF that is chosen for the client | 1,200 px a side; when it is asked for by name, what memory allows |
| A list of options in a URL | 8,192 characters |

What is larger is answered with 403 and code 9413, before anything is decoded. [All limits](parity.md#limits).`
