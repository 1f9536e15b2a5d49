import { element } from './dom.ts'
import { CLIENTS, type ClientClass } from './state.ts'

/** Chooses what the client says that it takes. */
export function createClientChoice(choose: (client: ClientClass) => void): {
  readonly element: HTMLElement
  show(client: ClientClass): void
} {
  const inputs = (Object.keys(CLIENTS) as ClientClass[]).map((value) =>
    element('input', {
      attributes: { type: 'radio', name: 'client', id: `client-${value}`, value },
      on: { change: () => choose(value) },
    }),
  )
  return {
    element: element(
      'fieldset',
      { class: 'segments' },
      element('legend', {}, 'Client takes'),
      ...inputs.flatMap((input) => [
        input,
        element('label', { attributes: { for: input.id } }, CLIENTS[input.value as ClientClass].label),
      ]),
    ),
    show(client) {
      for (const input of inputs) input.checked = input.value === client
    },
  }
}
