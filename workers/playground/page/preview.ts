import { formatBytes, formatMime, formatShare, formatSize } from './describe.ts'
import { element } from './dom.ts'
import { type Loaded, loadPicture, type SourceFacts } from './load-picture.ts'

/** The result: the newest one that was asked for, or the one before it until it is there. */
export interface Preview {
  readonly element: HTMLElement
  /** Soon, unless another path is asked for before. @param path null where there is no source */
  request(path: string | null, accept: string): void
  /** What the result's bytes are compared with. */
  compareWith(facts: SourceFacts | null): void
}

/** A slider that moves asks all the time; its last place counts. */
const DEBOUNCE_MS = 160

interface Shown {
  readonly mime: string
  readonly sizeBytes: number
  readonly width: number
  readonly height: number
}

const fact = (label: string, value: HTMLElement): HTMLElement =>
  element('div', {}, element('dt', {}, label), value)

/** What can be done about a fault, by its code: what a button says, and what it does before the picture is asked for again. */
export type Remedies = Readonly<
  Record<string, { readonly label: string; readonly apply: () => Promise<void> }>
>

export function createPreview(remedies: Remedies): Preview {
  const image = element('img', { attributes: { alt: 'The result', hidden: '' } })
  const text = element('pre', { attributes: { hidden: '', tabindex: '0' } })
  const stage = element('div', { class: 'stage' }, image, text)
  const [size, format, bytes, share] = ['dd', 'dd', 'dd', 'dd'].map(() => element('dd', {}, '–')) as [
    HTMLElement,
    HTMLElement,
    HTMLElement,
    HTMLElement,
  ]
  const facts = element(
    'dl',
    { class: 'facts' },
    ...[fact('Size', size), fact('Format', format), fact('Bytes', bytes), fact('Of original', share)],
  )
  const notes = element('div', { class: 'notes', attributes: { 'aria-live': 'polite' } })
  const root = element('div', { class: 'result', attributes: { 'aria-busy': 'false' } }, stage, facts, notes)

  let originalBytes: number | null = null
  let shown: Shown | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let running = new AbortController()

  function describe(): void {
    size.textContent = shown === null ? '–' : formatSize(shown.width, shown.height)
    format.textContent = shown === null ? '–' : formatMime(shown.mime)
    bytes.textContent = shown === null ? '–' : formatBytes(shown.sizeBytes)
    share.textContent =
      shown === null || originalBytes === null ? '–' : formatShare(shown.sizeBytes, originalBytes)
  }
  const note = (kind: 'warning' | 'error', title: string, message: string) =>
    element('p', { class: kind }, element('strong', {}, title), ' ', message)

  async function showPicture({ blob, mime, warnings }: Loaded & { kind: 'picture' }): Promise<void> {
    const url = URL.createObjectURL(blob)
    const next = new Image()
    next.src = url
    try {
      await next.decode()
    } catch {
      URL.revokeObjectURL(url)
      showFault(`The result is ${formatMime(mime)}, and this browser cannot show it.`, 'Not shown')
      return
    }
    if (image.src !== '') URL.revokeObjectURL(image.src)
    image.src = url
    image.width = next.naturalWidth
    image.height = next.naturalHeight
    image.hidden = false
    text.hidden = true
    shown = { mime, sizeBytes: blob.size, width: next.naturalWidth, height: next.naturalHeight }
    notes.replaceChildren(...warnings.map((warning) => note('warning', 'Warning', warning)))
    root.classList.remove('is-old')
  }
  function showText({ text: body, sizeBytes }: Loaded & { kind: 'text' }): void {
    text.textContent = body
    text.hidden = false
    image.hidden = true
    shown = { mime: 'application/json', sizeBytes, width: 0, height: 0 }
    notes.replaceChildren()
    root.classList.remove('is-old')
  }
  /** The old picture stays, and is seen to be old. */
  function showFault(message: string, title: string, remedy: HTMLElement | null = null): void {
    const fault = note('error', title, message)
    if (remedy !== null) fault.append(' ', remedy)
    notes.replaceChildren(fault)
    root.classList.add('is-old')
    delete root.dataset.path
  }

  function remedyOf(code: string, again: () => Promise<void>): HTMLElement | null {
    const remedy = remedies[code]
    if (remedy === undefined) return null
    const click = () =>
      remedy.apply().then(again, (error: unknown) => showFault(String(error), 'That did not work'))
    return element('button', { attributes: { type: 'button' }, on: { click } }, remedy.label)
  }

  async function run(path: string, accept: string): Promise<void> {
    running.abort()
    running = new AbortController()
    const { signal } = running
    root.setAttribute('aria-busy', 'true')
    try {
      const loaded = await loadPicture(path, accept, signal)
      if (signal.aborted) return
      if (loaded.kind === 'picture') await showPicture(loaded)
      else if (loaded.kind === 'text') showText(loaded)
      else {
        const title = loaded.status === 0 ? 'No answer' : `Status ${loaded.status}`
        showFault(
          loaded.message,
          title,
          remedyOf(loaded.code, () => run(path, accept)),
        )
      }
    } catch (error) {
      if (signal.aborted) return
      throw error
    }
    if (signal.aborted) return
    describe()
    if (shown?.width === 0) size.textContent = '–'
    root.setAttribute('aria-busy', 'false')
    if (!root.classList.contains('is-old')) root.dataset.path = path
  }

  return {
    element: root,
    request(path, accept) {
      clearTimeout(timer)
      if (path === null) {
        running.abort()
        root.setAttribute('aria-busy', 'false')
        showFault('Choose a picture above.', 'No picture')
        return
      }
      timer = setTimeout(() => void run(path, accept), DEBOUNCE_MS)
    },
    compareWith(facts) {
      originalBytes = facts?.sizeBytes ?? null
      describe()
    },
  }
}
