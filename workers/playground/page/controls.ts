import {
  OPTION_GROUPS,
  OPTION_NAMES,
  type OptionGroup,
  type OptionName,
  optionRow,
  typeOn,
  type ValueType,
} from '@tintype/core'
import { type Control, createControl } from './control.ts'
import { element } from './dom.ts'
import type { State } from './state.ts'

/** What an option may be where it can be given at all; a URL comes first, for that is what is shown. */
export const typeAnywhere = (name: OptionName): ValueType<unknown> | null =>
  typeOn(name, 'url') ?? typeOn(name, 'object') ?? typeOn(name, 'variant')

/** Every option of the table that can be given, in its groups. */
export function createControls(choose: (name: OptionName, text: string | null) => void): {
  readonly elements: readonly HTMLElement[]
  show(state: State): void
} {
  const controls = new Map<OptionName, Control>()
  const groups = (Object.keys(OPTION_GROUPS) as OptionGroup[]).flatMap((group) => {
    const names = OPTION_NAMES.filter(
      (name) => optionRow(name).group === group && typeAnywhere(name) !== null,
    )
    if (names.length === 0) return []
    const made = names.map((name) => {
      const control = createControl(name, typeAnywhere(name) as ValueType<unknown>, (text) =>
        choose(name, text),
      )
      controls.set(name, control)
      return control.element
    })
    const count = element('span', { class: 'count' })
    const details = element(
      'details',
      group === 'size' ? { attributes: { open: '' } } : {},
      element('summary', {}, OPTION_GROUPS[group], count),
      ...made,
    )
    return [{ details, names, count }]
  })
  return {
    elements: groups.map(({ details }) => details),
    show({ options }) {
      for (const [name, control] of controls) control.show(options.get(name) ?? null)
      for (const { details, names, count } of groups) {
        const given = names.filter((name) => options.has(name)).length
        count.textContent = given === 0 ? '' : String(given)
        if (names.some((name) => controls.get(name)?.element.classList.contains('is-faulty')))
          details.open = true
        count.setAttribute('aria-label', given === 0 ? '' : `${given} given`)
      }
    },
  }
}
