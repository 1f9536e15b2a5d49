import type { CodedStill } from '@tintype/core'

/** A coded still and its AV1 data, in one piece or several. */
export interface StillData {
  readonly still: CodedStill
  readonly pieces: readonly Uint8Array[]
}

type Part = Uint8Array | readonly number[] | string

const COLOUR_ID = 1
const ALPHA_ID = 2
const FILE_BOX_HEAD_BYTES = 8
/**
 * Most bytes that {@link muxAvif} takes beyond the file that its data are from: what it writes around them (two
 * configurations of 8 KiB, and boxes in boxes, each of them copied), and small stills that share bytes of the file.
 */
export const MUX_HEAD_BYTES = 128 * 1024

/**
 * The smallest AVIF around one still and its transparency. Decoders see no container but this one, so they meet none of
 * the forms that files in the world have, and what we read of a file is what is decoded.
 *
 * Turning, cropping and ICC profiles are left out: they are ours to apply.
 */
export function muxAvif(
  colour: StillData,
  alpha: StillData | null,
  isPremultiplied: boolean,
): Uint8Array<ArrayBuffer> {
  const stills = alpha === null ? [colour] : [colour, alpha]
  const ftyp = box('ftyp', 'avif', u32(0), 'avifmif1miaf')
  const metaBytes = meta(stills, isPremultiplied, 0).length
  const pixelsAt = ftyp.length + metaBytes + FILE_BOX_HEAD_BYTES
  const pieces = stills.flatMap((still) => still.pieces)
  // As one list: a box of its own for the pixels would be copied once more into the file.
  return join([
    ftyp,
    meta(stills, isPremultiplied, pixelsAt),
    u32(pieces.reduce((sum, piece) => sum + piece.length, FILE_BOX_HEAD_BYTES)),
    'mdat',
    ...pieces,
  ])
}

function meta(stills: readonly StillData[], isPremultiplied: boolean, pixelsAt: number): Uint8Array {
  const hasAlpha = stills.length > 1
  const locations: Part[] = []
  const types: Part[] = []
  const properties: Part[] = []
  const associations: Part[] = []
  let [at, index] = [pixelsAt, 0]
  for (const [i, { still, pieces }] of stills.entries()) {
    const id = i === 0 ? COLOUR_ID : ALPHA_ID
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
    locations.push(u16(id), u16(0), u16(1), u32(at), u32(length))
    types.push(fullBox('infe', 2, 0, u16(id), u16(0), 'av01', [0]))
    const own = propertiesOf(still, id === ALPHA_ID)
    properties.push(...own.map(([type, ...payload]) => box(type, ...payload)))
    associations.push(
      u16(id),
      [own.length],
      own.map(([type]) => (ESSENTIAL.has(type) ? 0x80 : 0) | ++index),
    )
    at += length
  }
  const references = [
    box('auxl', u16(ALPHA_ID), u16(1), u16(COLOUR_ID)),
    ...(isPremultiplied ? [box('prem', u16(COLOUR_ID), u16(1), u16(ALPHA_ID))] : []),
  ]
  return fullBox(
    'meta',
    ...[0, 0],
    fullBox('hdlr', 0, 0, u32(0), 'pict', new Uint8Array(13)),
    fullBox('pitm', 0, 0, u16(COLOUR_ID)),
    fullBox('iloc', 0, 0, [0x44, 0], u16(stills.length), ...locations), // offsets and lengths of 4 bytes
    fullBox('iinf', 0, 0, u16(stills.length), ...types),
    ...(hasAlpha ? [fullBox('iref', 0, 0, ...references)] : []),
    box('iprp', box('ipco', ...properties), fullBox('ipma', 0, 0, u32(stills.length), ...associations)),
  )
}

const ESSENTIAL: ReadonlySet<string> = new Set(['av1C', 'a1op', 'lsel'])

type NewProperty = readonly [type: string, ...payload: Part[]]

function propertiesOf(still: CodedStill, isAlpha: boolean): NewProperty[] {
  const { width, height, config, cicp, layers } = still
  const { bitDepth, isMonochrome } = av1Kind(still)
  const channels = isMonochrome ? 1 : 3
  const properties: NewProperty[] = [
    ['ispe', u32(0), u32(width), u32(height)],
    ['pixi', u32(0), [channels], new Array<number>(channels).fill(bitDepth)],
    ['av1C', config],
    ...layers.map(({ type, payload }): NewProperty => {
      const bytes = payload.again()
      return [type, bytes.bytes(bytes.left)]
    }),
  ]
  if (isAlpha) properties.push(['auxC', u32(0), 'urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0'])
  else if (cicp !== null) {
    const { primaries, transfer, matrix } = cicp
    const range = still.isFullRange ? 0x80 : 0
    properties.push(['colr', 'nclx', u16(primaries), u16(transfer), u16(matrix), [range]])
  }
  return properties
}

/** av1C: marker, profile, then tier (1 bit), more than 8 bits (1), 12 bits (1), monochrome (1) and four more. */
export function av1Kind({ config }: CodedStill): { bitDepth: 8 | 10 | 12; isMonochrome: boolean } {
  const flags = config[2] ?? 0
  const bitDepth = (flags & 0x40) === 0 ? 8 : (flags & 0x20) === 0 ? 10 : 12
  return { bitDepth, isMonochrome: (flags & 0x10) !== 0 }
}

const u16 = (value: number): number[] => [value >> 8, value & 0xff]
const u32 = (value: number): number[] => [
  value >>> 24,
  (value >> 16) & 0xff,
  (value >> 8) & 0xff,
  value & 0xff,
]

const fullBox = (type: string, version: number, flags: number, ...parts: readonly Part[]): Uint8Array =>
  box(type, u32(version * 2 ** 24 + flags), ...parts)

function box(type: string, ...parts: readonly Part[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, FILE_BOX_HEAD_BYTES)
  return join([u32(length), type, ...parts])
}

function join(parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    if (typeof part === 'string') for (let i = 0; i < part.length; i++) whole[at + i] = part.charCodeAt(i)
    else whole.set(part, at)
    at += part.length
  }
  return whole
}
