import {
  formatColour,
  type OptionName,
  optionRow,
  parseColour,
  Refused,
  type Surface,
  type ValueType,
} from '@tintype/core'
import { element } from './dom.ts'
import { shapeOf, type ValueShape } from './value-shape.ts'

/** One option's part of the page. */
export interface Control {
  readonly element: HTMLElement
  /** Show a value as a URL writes it; null where the option is not given. */
  show(text: string | null): void
}

type Choose = (text: string | null) => void

/** A part of a control: what it looks like, and how it shows a value. */
interface Field {
  readonly element: HTMLElement
  show(text: string | null): void
}

const SURFACE_NAMES: readonly (readonly [Surface, string])[] = [
  ['object', 'objects'],
  ['variant', 'variants'],
]

/** `label` where the option's own label is another field's; `hint` is shown where nothing is given and nothing is the default. */
function textField(
  id: string,
  name: OptionName,
  type: ValueType<unknown>,
  choose: Choose,
  { label, hint = '' }: { readonly label?: string; readonly hint?: string },
): Field {
  const fallback = optionRow(name).default
  const input = element('input', {
    class: 'text',
    attributes: {
      ...{
        ...(label === undefined ? { id } : { id: `${id}-text`, 'aria-label': label }),
        type: 'text',
        autocomplete: 'off',
        spellcheck: 'false',
        'aria-describedby': `${id}-doc ${id}-fault`,
      },
      placeholder: fallback === undefined ? hint : type.toText(fallback),
    },
    on: { input: () => choose(input.value.trim() === '' ? null : input.value.trim()) },
  })
  return {
    element: input,
    show(text) {
      if (document.activeElement !== input || text === null) input.value = text ?? ''
    },
  }
}

function slider(
  id: string,
  name: OptionName,
  { usual, step }: NonNullable<ValueShape['number']>,
  choose: Choose,
): Field {
  const [least, most] = usual
  const fallback = optionRow(name).default
  const resting = typeof fallback === 'number' ? fallback : Math.round((least + most) / 2)
  const input = element('input', {
    attributes: {
      ...{
        type: 'range',
        min: String(least),
        max: String(most),
        step: String(step),
        'aria-label': `${name}, slider`,
      },
      'aria-describedby': `${id}-doc`,
    },
    on: { input: () => choose(input.value) },
  })
  return {
    element: input,
    show(text) {
      const value = text === null ? resting : Number(text)
      if (Number.isFinite(value)) input.value = String(value)
    },
  }
}

/** Where a value may be a point as well, it is one more choice: the middle, until somebody chooses another. */
function select(
  id: string,
  name: OptionName,
  type: ValueType<unknown>,
  shape: ValueShape,
  choose: Choose,
): Field {
  const fallback = optionRow(name).default
  const other = shape.isPoint ? { label: 'a point', value: '0.5x0.5' } : null
  const option = (value: string, label: string) => element('option', { attributes: { value } }, label)
  const unset = option('', fallback === undefined ? 'not given' : `not given (${type.toText(fallback)})`)
  const input = element(
    'select',
    {
      attributes: { id, 'aria-describedby': `${id}-doc ${id}-fault` },
      on: { change: () => choose(input.value === '' ? null : input.value) },
    },
    unset,
    ...shape.choices.map((choice) => option(choice, choice)),
    other === null ? null : option(other.value, other.label),
  )
  return {
    element: input,
    show(text) {
      const isChoice = text === null || shape.choices.includes(text)
      input.value = isChoice ? (text ?? '') : (other?.value ?? '')
    },
  }
}

function colourPicker(name: OptionName, choose: Choose): Field {
  const input = element('input', {
    attributes: { type: 'color', 'aria-label': `${name}, picker` },
    on: { input: () => choose(input.value) },
  })
  return {
    element: input,
    show(text) {
      const colour = text === null ? null : parseColour(text)
      if (colour !== null) input.value = formatColour({ ...colour, a: 255 })
    },
  }
}

function fieldsOf(id: string, name: OptionName, type: ValueType<unknown>, choose: Choose): readonly Field[] {
  const shape = shapeOf(type, optionRow(name).usual)
  const { choices, number, isColour, isPoint, isText } = shape
  const isChoice = choices.length > 0 && number === null && !isText
  if (isChoice && !isPoint) return [select(id, name, type, shape, choose)]
  const field = textField(id, name, type, choose, {
    ...(isPoint ? { label: `${name}, value` } : {}),
    ...(isText ? { hint: `such as ${optionRow(name).example}` } : {}),
  })
  if (isPoint) return [select(id, name, type, shape, choose), field]
  if (choices.length > 0) withSuggestions(field.element, `${id}-list`, choices)
  if (isColour) return [colourPicker(name, choose), field]
  return number === null ? [field] : [slider(id, name, number, choose), field]
}

/** Words that a field for numbers or text takes too. */
function withSuggestions(field: HTMLElement, id: string, words: readonly string[]): void {
  field.setAttribute('list', id)
  document.body.append(
    element(
      'datalist',
      { attributes: { id } },
      ...words.map((value) => element('option', { attributes: { value } })),
    ),
  )
}

/** Why a text is no value of the option, as a sentence; null when it is one. */
export function faultOf(type: ValueType<unknown>, text: string): string | null {
  const read = type.fromText(text)
  if (!(read instanceof Refused)) return null
  return `must be ${type.expects}${read.reason === 'unreadable' ? '; a URL drops it' : ''}`
}

/** A control made from the option's row: nothing of it is said here. */
export function createControl(name: OptionName, type: ValueType<unknown>, choose: Choose): Control {
  const { doc, surfaces } = optionRow(name)
  const id = `option-${name}`
  const fields = fieldsOf(id, name, type, choose)
  const fault = element('p', { class: 'fault', attributes: { id: `${id}-fault`, role: 'status' } })
  const reset = element(
    'button',
    {
      class: 'reset',
      attributes: { type: 'button', 'aria-label': `Take ${name} away` },
      on: { click: () => choose(null) },
    },
    '×',
  )
  const elsewhere = surfaces.includes('url')
    ? null
    : element(
        'span',
        { class: 'tag' },
        `${SURFACE_NAMES.flatMap(([surface, word]) => (surfaces.includes(surface) ? [word] : [])).join(', ')} only`,
      )
  const row = element(
    'div',
    { class: 'option', attributes: { 'data-option': name } },
    element(
      'div',
      { class: 'option-name' },
      element('label', { attributes: { for: id } }, name),
      elsewhere,
      reset,
    ),
    element('div', { class: 'fields' }, ...fields.map((field) => field.element)),
    fault,
    element('p', { class: 'doc', attributes: { id: `${id}-doc` } }, doc.replaceAll('`', '')),
  )
  return {
    element: row,
    show(text) {
      for (const field of fields) field.show(text)
      row.classList.toggle('is-given', text !== null)
      fault.textContent = text === null ? '' : faultOf(type, text)
      row.classList.toggle('is-faulty', fault.textContent !== '')
    },
  }
}
