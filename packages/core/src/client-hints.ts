import { OPTIONS, type Options } from './options/option-table.ts'

/** What a request says of its client's screen and network, as far as options ask for it. */
export interface ClientHints {
  /** CSS px; null where nothing tells. */
  readonly viewportWidth: number | null
  /** By the name that the client gives itself. */
  readonly device: 'mobile' | 'desktop'
  /** The connection is slow, or its owner wants to save data. */
  readonly isSlow: boolean
}

/** What is known of a client that says nothing. */
export const NO_HINTS: ClientHints = { viewportWidth: null, device: 'desktop', isSlow: false }

/** A kind of hint that a result may depend on. */
export type HintKind = 'viewport' | 'network'

/**
 * Request headers that a kind of hint is read from, and those that a page is asked to let through. Results differ by what
 * follows from a hint (a width, slow or not), so caches that know no better must tell its headers apart.
 */
export const HINT_HEADERS = {
  viewport: {
    read: ['sec-ch-viewport-width', 'viewport-width', 'sec-ch-width', 'width', 'user-agent'],
    asked: ['sec-ch-viewport-width', 'sec-ch-width'],
  },
  network: {
    read: ['rtt', 'save-data', 'ect', 'downlink'],
    asked: ['rtt', 'save-data', 'ect', 'downlink'],
  },
} as const satisfies Record<HintKind, { readonly read: readonly string[]; readonly asked: readonly string[] }>

const MAX_RTT_MS = 150
const LEAST_DOWNLINK_MBPS = 5
const SLOW_TYPES: ReadonlySet<string> = new Set(['slow-2g', '2g', '3g'])
const PHONE = /iPhone|Android/
const MAX_USER_AGENT_CHARACTERS = 2048
const NUMBER = /^\d{1,7}(?:\.\d{1,6})?$/

const parseNumber = (text: string | null): number | null =>
  text !== null && NUMBER.test(text.trim()) ? Number(text) : null

/**
 * The hints of a request.
 * @param header the value of a request header by its name in lower case; null where it is absent
 * Rule: docs/parity.md#client-hints.
 */
export function parseClientHints(header: (name: string) => string | null): ClientHints {
  const first = (...names: readonly string[]): number | null => {
    const numbers = names.map((name) => parseNumber(header(name)))
    return numbers.find((value) => value !== null && value > 0) ?? null
  }
  const downlink = parseNumber(header('downlink'))
  const type = header('ect')?.trim().toLowerCase() ?? ''
  return {
    viewportWidth: first('sec-ch-viewport-width', 'viewport-width', 'sec-ch-width', 'width'),
    device: PHONE.test((header('user-agent') ?? '').slice(0, MAX_USER_AGENT_CHARACTERS))
      ? 'mobile'
      : 'desktop',
    isSlow:
      (parseNumber(header('rtt')) ?? 0) > MAX_RTT_MS ||
      header('save-data')?.trim().toLowerCase() === 'on' ||
      SLOW_TYPES.has(type) ||
      (downlink !== null && downlink < LEAST_DOWNLINK_MBPS),
  }
}

/** Options that say what hints are for; a program knows nothing of them. */
type HintOption = 'width' | 'wbreakpoints' | 'wmobile' | 'wdesktop' | 'slow-connection-quality'

/** Options of which none waits for a client: what a program is made from. */
export type ResolvedOptions = Omit<Options, HintOption> & { readonly width?: number }

/** The width that `width=auto` means for a client, px: the smallest breakpoint that its viewport fits into. */
function chooseWidth(options: Options, { viewportWidth, device }: ClientHints): number {
  const {
    wbreakpoints = OPTIONS.wbreakpoints.default,
    wmobile = OPTIONS.wmobile.default,
    wdesktop = OPTIONS.wdesktop.default,
  } = options
  if (viewportWidth === null) return device === 'mobile' ? wmobile : wdesktop
  const breakpoints = wbreakpoints.split(';').map(Number) // ascending
  return breakpoints.find((width) => width >= viewportWidth) ?? (breakpoints.at(-1) as number)
}

/**
 * Options with what they leave to the client decided: two clients for which the same follows share a program.
 * @returns the options, and the kinds of hint that any answer to them depends on
 * Rule: docs/parity.md#client-hints.
 */
export function resolveHints(
  given: Options,
  client: ClientHints,
): { readonly options: ResolvedOptions; readonly hints: readonly HintKind[] } {
  const { width, quality, wbreakpoints, wmobile, wdesktop, ...others } = given
  const { 'slow-connection-quality': slowQuality, ...options } = others
  const isAuto = width === 'auto'
  const chosenWidth = isAuto ? chooseWidth(given, client) : width
  const chosenQuality = client.isSlow ? (slowQuality ?? quality) : quality
  return {
    options: {
      ...options,
      ...(chosenWidth === undefined ? {} : { width: chosenWidth }),
      ...(chosenQuality === undefined ? {} : { quality: chosenQuality }),
    },
    hints: [
      ...(isAuto ? ['viewport' as const] : []),
      ...(slowQuality === undefined ? [] : ['network' as const]),
    ],
  }
}
