import { Refused, type ValueType } from '@tintype/core'
import { formatBytes, formatMime, formatSize } from './describe.ts'
import { element } from './dom.ts'
import type { SourceFacts } from './load-picture.ts'

/** The picture that was chosen, as it is, and the point of it that counts. */
export interface Original {
  readonly elements: readonly HTMLElement[]
  /** @param path of a small copy; null where there is no source */
  showPicture(path: string | null): void
  showFacts(facts: SourceFacts | null): void
  /** @param text a value of the option for points */
  showPoint(text: string | null): void
}

interface Point {
  readonly x: number
  readonly y: number
}
const MIDDLE: Point = { x: 0.5, y: 0.5 }
const STEPS: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -0.02, y: 0 },
  ArrowRight: { x: 0.02, y: 0 },
  ArrowUp: { x: 0, y: -0.02 },
  ArrowDown: { x: 0, y: 0.02 },
}

const toFraction = (value: number): number => Math.round(Math.min(1, Math.max(0, value)) * 100) / 100

function describeFacts({ width, height, mime, sizeBytes }: SourceFacts): string {
  const size = width === null || height === null ? [] : [formatSize(width, height)]
  return [...size, formatMime(mime), ...(sizeBytes === null ? [] : [formatBytes(sizeBytes)])].join(' · ')
}

/**
 * @param name of the option that takes a point, and `type` its values
 * @param choose called with the point as text, when somebody clicks on the picture or moves the point with arrow keys
 */
export function createOriginal(
  name: string,
  type: ValueType<unknown>,
  choose: (text: string) => void,
): Original {
  let point: Point | null = null
  const image = element('img', { attributes: { alt: 'The original', draggable: 'false' } })
  const marker = element('span', { class: 'marker', attributes: { hidden: '' } })
  const choosePoint = ({ x, y }: Point) => choose(type.toText({ x: toFraction(x), y: toFraction(y) }))
  const frame = element(
    'div',
    {
      class: 'focal',
      attributes: {
        tabindex: '0',
        role: 'group',
        'aria-label': `Point for ${name}: click, or move it with arrow keys`,
      },
      on: {
        click({ clientX, clientY }) {
          const { left, top, width, height } = image.getBoundingClientRect()
          if (width > 0) choosePoint({ x: (clientX - left) / width, y: (clientY - top) / height })
        },
        keydown(event) {
          const step = STEPS[event.key]
          if (step === undefined) return
          event.preventDefault()
          const { x, y } = point ?? MIDDLE
          choosePoint({ x: x + step.x, y: y + step.y })
        },
      },
    },
    image,
    marker,
  )
  const facts = element('p', { class: 'original-facts' }, '–')
  return {
    elements: [
      element('h2', {}, 'Original'),
      frame,
      facts,
      element('p', { class: 'hint' }, `Click on it to set ${name}, which acts where the fit cuts.`),
    ],
    showPicture(path) {
      frame.hidden = path === null
      if (path !== null) image.src = path
    },
    showFacts(known) {
      facts.textContent = known === null ? 'Its size is not known.' : describeFacts(known)
    },
    showPoint(text) {
      const read = text === null ? null : type.fromText(text)
      const isPoint = read !== null && typeof read === 'object' && !(read instanceof Refused)
      point = isPoint ? (read as Point) : null
      marker.hidden = point === null
      if (point === null) return
      marker.style.left = `${point.x * 100}%`
      marker.style.top = `${point.y * 100}%`
    },
  }
}
