import { encodeIdForPath, OPTIONS, type OptionName, typeOn } from '@tintype/core'
import type { Session } from './session.ts'
import type { State } from './state.ts'

/** A delivery URL needs one option at least: this one says what holds anyhow. */
const NO_OPTIONS = `fit=${OPTIONS.fit.default}`

/** The options that a URL can say. */
const inUrl = (options: State['options']): readonly (readonly [OptionName, string])[] =>
  [...options].filter(([name]) => typeOn(name, 'url') !== null)

const formatList = (options: State['options']): string =>
  inUrl(options)
    .map(([name, text]) => `${name}=${encodeURIComponent(text)}`)
    .join(',') || NO_OPTIONS

/** The absolute URL of a source that is fetched; null for a hosted image, or one that nobody has. */
export function sourceUrl(source: string, { demoPictures }: Session): string | null {
  if (source.startsWith('image:')) return null
  if (!source.startsWith('demo:')) return source
  const name = source.slice('demo:'.length)
  return demoPictures.find((url) => url.endsWith(`/${name}`)) ?? null
}

/**
 * The path that delivers a source with a list of options.
 * @returns null where the source is not there
 */
export function deliveryPath(source: string, list: string, session: Session): string | null {
  if (source.startsWith('image:')) {
    const id = source.slice('image:'.length)
    return session.accountHash === null ? null : `/${session.accountHash}/${encodeIdForPath(id)}/${list}`
  }
  const url = sourceUrl(source, session)
  return url === null || url === '' ? null : `/image/${list}/${url}`
}

/** The path of what is shown. */
export const resultPath = ({ source, options }: State, session: Session): string | null =>
  deliveryPath(source, formatList(options), session)
