import { OPTION_NAMES, type OptionName } from '@tintype/core'
import { deliveryPath, resultPath } from './address.ts'
import { createClientChoice } from './client-choice.ts'
import { createControls, typeAnywhere } from './controls.ts'
import { byId } from './dom.ts'
import { createForms } from './forms.ts'
import { loadFacts } from './load-picture.ts'
import { createOriginal } from './original.ts'
import { createPreview } from './preview.ts'
import { allowFlexibleVariants, openSession } from './session.ts'
import { createSourcePicker } from './source-picker.ts'
import { CLIENTS, formatHash, parseHash, type State, withOption } from './state.ts'
import { shapeOf } from './value-shape.ts'

/** The option that takes a point of the picture. */
const pointOption = OPTION_NAMES.find((name) => {
  const type = typeAnywhere(name)
  return type !== null && shapeOf(type, undefined).isPoint
}) as OptionName

const session = await openSession()
let state = parseHash(location.hash)
let shownSource: string | null = null
let factsRequest = new AbortController()

const change = (next: State): void => {
  state = next
  history.replaceState(null, '', formatHash(state))
  show()
}
const choose = (name: OptionName, text: string | null) => change(withOption(state, name, text))

const picker = await createSourcePicker(session, (source) => change({ ...state, source }))
const client = createClientChoice((value) => change({ ...state, client: value }))
const controls = createControls(choose)
const preview = createPreview(
  session.hasAccount
    ? {
        '9429': {
          label: 'Allow them',
          async apply() {
            await allowFlexibleVariants()
            shownSource = null
            void showOriginal()
          },
        },
      }
    : {},
)
const pointType = typeAnywhere(pointOption)
if (pointType === null) throw new Error('No option takes a point')
const original = createOriginal(pointOption, pointType, (text) => choose(pointOption, text))
const forms = createForms()

/** A small copy of the original for the eye, and what it is. */
const SMALL_COPY = 'width=640,format=auto'
async function showOriginal(): Promise<void> {
  if (shownSource === state.source) return
  shownSource = state.source
  factsRequest.abort()
  factsRequest = new AbortController()
  const { signal } = factsRequest
  original.showPicture(deliveryPath(state.source, SMALL_COPY, session))
  const path = deliveryPath(state.source, 'format=json', session)
  const facts = path === null ? null : await loadFacts(path, signal)
  if (signal.aborted) return
  original.showFacts(facts)
  preview.compareWith(facts)
}

function show(): void {
  picker.show(state.source)
  client.show(state.client)
  controls.show(state)
  original.showPoint(state.options.get(pointOption) ?? null)
  forms.show(state, session)
  preview.request(resultPath(state, session), CLIENTS[state.client].accept)
  void showOriginal()
}

byId('source').append(...picker.elements)
byId('client').append(client.element)
byId('options').append(...controls.elements)
byId('preview').append(preview.element)
byId('original').append(...original.elements)
byId('forms').append(...forms.elements)
byId('clear').addEventListener('click', () => change({ ...state, options: new Map() }))
window.addEventListener('hashchange', () => {
  if (location.hash === formatHash(state)) return
  state = parseHash(location.hash)
  show()
})
show()
