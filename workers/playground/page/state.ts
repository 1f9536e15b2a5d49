import { findOption, OPTION_NAMES, type OptionName } from '@tintype/core'

/** What the client takes: each class of them may get another format. */
export const CLIENTS = {
  avif: { label: 'AVIF', accept: 'image/avif,image/webp,image/*,*/*;q=0.8' },
  webp: { label: 'WebP', accept: 'image/webp,image/*,*/*;q=0.8' },
  base: { label: 'Neither', accept: 'image/*,*/*;q=0.8' },
} as const
export type ClientClass = keyof typeof CLIENTS

/** All that the page shows follows from this. */
export interface State {
  /** `demo:<file name>`, `image:<id>` of the demo account, or an absolute URL. */
  readonly source: string
  readonly client: ClientClass
  /** Values as a URL writes them, readable or not, in the table's order. */
  readonly options: ReadonlyMap<OptionName, string>
}

export const FIRST_STATE: State = {
  source: 'demo:photo.jpg',
  client: 'avif',
  options: new Map([
    ['width', '640'],
    ['format', 'auto'],
  ]),
}

/** The state with another value of an option; null takes the option away. */
export function withOption(state: State, name: OptionName, text: string | null): State {
  const values = new Map(state.options)
  if (text === null) values.delete(name)
  else values.set(name, text)
  return { ...state, options: inOrder(values) }
}

const inOrder = (values: ReadonlyMap<OptionName, string>): ReadonlyMap<OptionName, string> =>
  new Map(OPTION_NAMES.flatMap((name) => (values.has(name) ? [[name, values.get(name) as string]] : [])))

/** The part of the address behind `#`: one parameter an option, besides `source` and `client`. */
export function formatHash({ source, client, options }: State): string {
  const parameters = new URLSearchParams([['source', source], ['client', client], ...options])
  // What is legal in a fragment stays readable.
  return `#${parameters.toString().replaceAll('%3A', ':').replaceAll('%2F', '/').replaceAll('%2C', ',')}`
}

/** @returns the first state for an empty hash; what it does not say, or nobody knows, is left out */
export function parseHash(hash: string): State {
  const parameters = new URLSearchParams(hash.replace(/^#/, ''))
  if ([...parameters].length === 0) return FIRST_STATE
  const client = parameters.get('client') ?? ''
  const options = new Map<OptionName, string>()
  for (const [spelling, text] of parameters) {
    const name = findOption(spelling)
    if (name !== null) options.set(name, text)
  }
  return {
    source: parameters.get('source') ?? FIRST_STATE.source,
    client: Object.hasOwn(CLIENTS, client) ? (client as ClientClass) : FIRST_STATE.client,
    options: inOrder(options),
  }
}
