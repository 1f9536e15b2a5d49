import {
  findOption,
  formatUrlOptions,
  type OptionDemo,
  type OptionName,
  type Options,
  optionRow,
  parseOptions,
  parseUrlOptions,
  Refused,
  type Surface,
} from '../../packages/core/src/index.ts'

/** An option in use, in every form that takes it, each read by the parser of its surface. */
export interface OptionExample {
  readonly name: OptionName
  /** How it is shown: null where a picture would not show it, and why then. */
  readonly demo: OptionDemo | null
  readonly unseen: string | null
  /** `name=value`, as the row writes it. */
  readonly assignment: string
  /** The same of the first picture, where it has another value; else null. */
  readonly otherwise: string | null
  /** What the first picture has, and what the second one. */
  readonly before: Options
  readonly after: Options
  /** The list in a URL; null where a URL does not take the option. */
  readonly url: string | null
  /** As an object; null where an object does not take the option. */
  readonly object: object | null
  /** The body that makes a variant; null where a variant does not take the option. */
  readonly variant: object | null
}

const DEFAULT_GIVEN = 'width=300'

/** @throws Error where a list has anything that the parser drops, so that the page never shows what does not work */
export function readList(list: string): Options {
  const { options, warnings } = parseUrlOptions(list)
  const unknown = list.split(',').filter((pair) => findOption(pair.split('=')[0] ?? '') === null)
  if (warnings.length + unknown.length > 0)
    throw new Error(`"${list}": ${[...warnings, ...unknown].join('; ')}`)
  return options
}

/** Those of the options that a surface takes. */
const onSurface = (options: Options, surface: Surface): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(options).filter(([name]) => optionRow(name as OptionName).surfaces.includes(surface)),
  )

/** @throws Error naming the option, where its row has no example, or one that a surface refuses */
export function readExample(name: OptionName): OptionExample {
  const { example, demo = {}, surfaces, type } = optionRow(name)
  if (example === '') throw new Error(`The option "${name}" has no example`)
  const shown = 'unseen' in demo ? null : demo
  const text = shown?.value ?? example
  const value = type.fromText(text)
  if (value instanceof Refused) throw new Error(`"${name}" does not take its example, ${text}`)
  const before = readList(demo.given ?? DEFAULT_GIVEN)
  const after: Options = { ...before, [name]: value }
  const takes = (surface: Surface) => surfaces.includes(surface)
  const url = takes('url') ? formatUrlOptions(after) : null
  if (url !== null) readList(url)
  return {
    ...{ name, demo: shown, unseen: 'unseen' in demo ? demo.unseen : null },
    ...{ assignment: `${name}=${text}`, url },
    otherwise: Object.hasOwn(before, name) ? `${name}=${type.toText(before[name as keyof Options])}` : null,
    after,
    before,
    object: takes('object') ? parseOptions('object', onSurface(after, 'object')) : null,
    variant: takes('variant')
      ? {
          id: `with-${name.replace('_', '-')}`,
          options: parseOptions('variant', onSurface(after, 'variant')),
        }
      : null,
  }
}
