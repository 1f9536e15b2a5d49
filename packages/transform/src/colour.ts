import { type ColourProfile, parseColourProfile } from '@tintype/pixels'

/** Larger profiles are not read, and their pictures taken for sRGB. Those of printing presses have 0.5 to 2 MB. */
export const MAX_PROFILE_BYTES = 2 << 20

/** What a picture's samples are. A profile for anything else is not meant for it. */
export type ColourSpace = 'grey' | 'rgb' | 'cmyk'

const SPACE_OF: Record<ColourProfile['kind'], ColourSpace> = {
  srgb: 'rgb',
  matrix: 'rgb',
  'rgb-lut': 'rgb',
  grey: 'grey',
  'cmyk-lut': 'cmyk',
  'cmyk-naive': 'cmyk',
}

/**
 * The profile that turns a picture into sRGB.
 * @param embedded an ICC profile out of the file, or null
 * @returns null where pixels stay as they are: no profile, a broken one, one of another space, or sRGB itself
 */
export function chooseProfile(embedded: Uint8Array | null, space: ColourSpace): ColourProfile | null {
  if (embedded === null || embedded.length > MAX_PROFILE_BYTES) return null
  const profile = parseColourProfile(embedded)
  return profile === null || profile.kind === 'srgb' || SPACE_OF[profile.kind] !== space ? null : profile
}
