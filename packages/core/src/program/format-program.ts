import type { Gravity, SoughtGravity } from '../gravity.ts'
import { hashText } from '../hash-text.ts'
import { formatColour } from '../options/colour.ts'
import type { Amount } from '../trim-window.ts'
import type { Output, OverlayOp, OverlaySide, Place, Program } from './program.ts'
import { formatSourceIdentity } from './source-ref.ts'

type Part = string | number | null | readonly Part[]

/**
 * Name and fields of an operation. `rest` is what the caller did not name: a field that is added to an operation and
 * not to its text does not compile, for two different programs would share a key.
 */
const call = <R extends object>(
  name: string,
  fields: readonly Part[],
  _rest: keyof R extends never ? R : never,
): string => `${name}${JSON.stringify(fields.map(checked))}`

/** JSON has one word for all that is no number: two programs would share it. */
function checked(part: Part): Part {
  if (typeof part === 'number' && !Number.isFinite(part))
    throw new Error('A program has numbers that are none')
  return Array.isArray(part) ? part.map(checked) : part
}

function formatOp(operation: OverlayOp): string {
  switch (operation.op) {
    case 'trim': {
      const { op, top, right, bottom, left, width, height, ...rest } = operation
      return call(op, [top, right, bottom, left, width, height].map(amountPart), rest)
    }
    case 'trim-border': {
      const { op, colour, tolerance, keep, ...rest } = operation
      return call(op, [colour === null ? null : formatColour(colour), tolerance, keep], rest)
    }
    case 'turn': {
      const { op, orientation, ...rest } = operation
      return call(op, [orientation], rest)
    }
    case 'resize': {
      const { op, width, height, fit, gravity, fill, upscale = 'interpolate', ...rest } = operation
      return call(
        op,
        [sidePart(width), sidePart(height), fit, gravityPart(gravity), formatColour(fill), upscale],
        rest,
      )
    }
    case 'segment': {
      const { op, keep, ...rest } = operation
      return call(op, [keep], rest)
    }
    case 'background': {
      const { op, colour, ...rest } = operation
      return call(op, [formatColour(colour)], rest)
    }
    case 'border': {
      const { op, colour, top, right, bottom, left, ...rest } = operation
      return call(op, [formatColour(colour), top, right, bottom, left], rest)
    }
    case 'adjust': {
      const { op, brightness, contrast, gamma, saturation, ...rest } = operation
      return call(op, [brightness, contrast, gamma, saturation], rest)
    }
    case 'sharpen': {
      const { op, amount, ...rest } = operation
      return call(op, [amount], rest)
    }
    case 'blur': {
      const { op, radius, ...rest } = operation
      return call(op, [radius], rest)
    }
    case 'draw': {
      const { op, source, ops, place, opacity, repeat, composite, ...rest } = operation
      const fields = [
        formatSourceIdentity(source),
        ops.map(formatOp),
        placePart(place),
        opacity,
        repeat,
        composite,
      ]
      return call(op, fields, rest)
    }
  }
}

function sidePart(side: OverlaySide): Part {
  if (side === null || typeof side === 'number') return side
  const { ofBase, ...rest } = side
  call('side', [], rest)
  return [ofBase]
}

function gravityPart(gravity: Gravity | SoughtGravity): Part {
  if (typeof gravity === 'string') return gravity
  if ('face' in gravity) {
    const { face, ...rest } = gravity
    call('face', [], rest)
    return ['face', face]
  }
  const { x, y, mode, ...rest } = gravity
  call('point', [], rest)
  return [x, y, mode ?? 'remainder']
}

const amountPart = (amount: Amount | null): Part =>
  amount === null ? null : 'px' in amount ? ['px', amount.px] : ['fraction', amount.fraction]

function placePart({ x, y, ...rest }: Place): Part {
  call('place', [], rest)
  return [x === null ? null : [x.from, x.px], y === null ? null : [y.from, y.px]]
}

function formatOutput(output: Output): string {
  switch (output.kind) {
    case 'picture': {
      const { kind, format, quality, jpeg, effort, metadata, frames, ...rest } = output
      return call(kind, [format, quality, jpeg, effort, metadata, frames], rest)
    }
    case 'json': {
      const { kind, frames, ...rest } = output
      return call(kind, [frames], rest)
    }
  }
}

/** The canonical text of a program: equal for equal programs, different for different ones. Sources are named by identity. */
export const formatProgram = ({ ops, output }: Program): string =>
  [...ops.map(formatOp), formatOutput(output)].join(' ')

/** SHA-256 over {@link formatProgram}, 32 hex digits: what caches and stores call a program. */
export const hashProgram = (program: Program): Promise<string> => hashText(formatProgram(program), 16)
