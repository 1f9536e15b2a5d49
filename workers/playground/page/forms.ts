import { OPTION_NAMES, type OptionName, Refused, type Surface, typeOn } from '@tintype/core'
import { resultPath, sourceUrl } from './address.ts'
import { element } from './dom.ts'
import type { Session } from './session.ts'
import type { State } from './state.ts'

/** What is copied: the URL, and the same options for a Worker and for a variant. */
interface Form {
  readonly text: string
  /** What of the state it cannot say, as a sentence; empty where it says all. */
  readonly lacks: string
}

const listed = (names: readonly string[], where: string): string =>
  names.length === 0 ? '' : `Left out, as ${where} does not take what is given: ${names.join(', ')}.`

/** The values that a surface takes, in its form, and the names of those that it does not. */
function valuesOn(surface: Surface, options: State['options']) {
  const values: Record<string, unknown> = {}
  const lacks: OptionName[] = []
  for (const name of OPTION_NAMES) {
    const text = options.get(name)
    if (text === undefined) continue
    const value = typeOn(name, surface)?.fromText(text)
    if (value === undefined || value instanceof Refused) lacks.push(name)
    else values[name] = value
  }
  return { values, lacks }
}

const pretty = (value: object): string => JSON.stringify(value, null, 2)

function formatUrl(state: State, session: Session): Form {
  const path = resultPath(state, session)
  const { lacks } = valuesOn('url', state.options)
  const absent = lacks.filter((name) => typeOn(name, 'url') === null)
  return {
    text: path === null ? '' : `${location.origin}${path}`,
    lacks: listed(absent, 'a URL'),
  }
}

function formatObject({ source, options }: State, session: Session): Form {
  const { values, lacks } = valuesOn('object', options)
  const url = sourceUrl(source, session) ?? 'https://example.com/photo.jpg'
  return {
    text: `fetch(${JSON.stringify(url)}, {\n  cf: { image: ${pretty(values).replaceAll('\n', '\n  ')} },\n})`,
    lacks: listed(lacks, 'an object'),
  }
}

function formatVariant({ options }: State): Form {
  const { values, lacks } = valuesOn('variant', options)
  return { text: pretty({ id: 'playground', options: values }), lacks: listed(lacks, 'a variant') }
}

/** How long a button says that it has copied. */
const COPIED_MS = 1500

function createForm(id: string, title: string, hint: string) {
  const code = element('code', { attributes: { id: `form-${id}` } })
  const lacks = element('p', { class: 'hint lacks' })
  const button = element(
    'button',
    { attributes: { type: 'button', 'aria-describedby': `form-title-${id}` } },
    'Copy',
  )
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(code.textContent)
    button.textContent = 'Copied'
    setTimeout(() => {
      button.textContent = 'Copy'
    }, COPIED_MS)
  })
  return {
    element: element(
      'div',
      { class: 'form' },
      element(
        'div',
        { class: 'form-head' },
        element('h3', { attributes: { id: `form-title-${id}` } }, title),
        button,
      ),
      element('pre', { attributes: { tabindex: '0', 'aria-labelledby': `form-title-${id}` } }, code),
      element('p', { class: 'hint' }, hint),
      lacks,
    ),
    show(form: Form) {
      code.textContent = form.text
      lacks.textContent = form.lacks
      button.disabled = form.text === ''
    },
  }
}

export function createForms(): {
  readonly elements: readonly HTMLElement[]
  show(state: State, session: Session): void
} {
  const url = createForm('url', 'URL', 'What is shown here.')
  const object = createForm('object', 'Object', 'For a Worker, by the fetch of @tintype/fetch.')
  const variant = createForm('variant', 'Variant', 'The body of POST …/images/v1/variants.')
  return {
    elements: [element('h2', {}, 'Use it'), url.element, object.element, variant.element],
    show(state, session) {
      url.show(formatUrl(state, session))
      object.show(formatObject(state, session))
      variant.show(formatVariant(state))
    },
  }
}
