import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NO_HINTS, type ResolvedOptions, resolveHints } from '../client-hints.ts'
import { parseOptions } from '../options/parse-options.ts'
import { formatProgram, hashProgram } from './format-program.ts'
import { COMPOSITES, type Op, type OverlayOp, type Program } from './program.ts'
import { programOfOptions } from './program-of-options.ts'
import type { SourceRef } from './source-ref.ts'

const byte = fc.integer({ min: 0, max: 255 })
const rgba = fc.record({ r: byte, g: byte, b: byte, a: byte })
const text = fc.string({ unit: 'binary', maxLength: 12 })
const fraction = fc.double({ min: 0, max: 1, noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)
const facts = {
  format: 'jpeg',
  sizeBytes: 1,
  width: 1,
  height: 1,
  orientation: 1,
  hasAlpha: false,
  animated: false,
} as const
const source: fc.Arbitrary<SourceRef> = fc.oneof(
  fc.record({ kind: fc.constant('stored' as const), blobKey: text, facts: fc.constant(facts) }),
  fc.record({ kind: fc.constant('remote' as const), url: text, etag: fc.option(text) }),
  fc.record({ kind: fc.constant('part' as const), sha256: text }),
  fc.record({
    kind: fc.constant('text' as const),
    text,
    fontUrl: fc.option(text),
    sizePx: fc.integer({ min: 1, max: 99 }),
    colour: rgba,
  }),
)
const fractionOfBase = fc.record({
  ofBase: fc.double({ min: 0, max: 1, noNaN: true }).map((value) => value + 0),
})
const amount = fc.oneof(fc.record({ px: fc.nat(99) }), fc.record({ fraction }))
const side = fc.option(fc.integer({ min: 1, max: 12_000 }))
const FILL = { op: 'resize', fit: 'cover', gravity: 'center', fill: { r: 0, g: 0, b: 0, a: 0 } } as const
type Arbitraries = { readonly [K in Op['op']]: fc.Arbitrary<Extract<Op, { readonly op: K }>> }
/** One generator per operation: one that is missing does not compile. */
const operations = (inner: fc.Arbitrary<Op>): Arbitraries => ({
  trim: fc.record({
    op: fc.constant('trim'),
    ...{ top: amount, right: amount, bottom: amount, left: amount },
    ...{ width: amount, height: amount },
  }),
  'trim-border': fc.record({
    op: fc.constant('trim-border'),
    colour: rgba,
    tolerance: byte,
    keep: fc.nat(9),
  }),
  turn: fc.record({ op: fc.constant('turn'), orientation: fc.constantFrom(1, 2, 3, 4, 5, 6, 7, 8) }),
  resize: fc.record({
    op: fc.constant('resize'),
    width: side,
    height: side,
    fit: fc.constantFrom('scale-down', 'cover', 'pad'),
    gravity: fc.oneof(
      fc.constantFrom('center', 'left', 'bottom', 'auto', 'entropy'),
      fc.record({ face: fraction }),
      fc.record({ x: fraction, y: fraction, mode: fc.constantFrom('remainder', 'box-center') }),
    ),
    fill: rgba,
    upscale: fc.constantFrom('interpolate', 'generate'),
  }),
  segment: fc.record({ op: fc.constant('segment'), keep: fc.constant('foreground') }),
  background: fc.record({ op: fc.constant('background'), colour: rgba }),
  border: fc.record({
    op: fc.constant('border'),
    colour: rgba,
    top: fc.nat(9),
    right: fc.nat(9),
    bottom: fc.nat(9),
    left: fc.nat(9),
  }),
  adjust: fc.record({
    op: fc.constant('adjust'),
    brightness: fraction,
    contrast: fraction,
    gamma: fraction,
    saturation: fraction,
  }),
  sharpen: fc.record({ op: fc.constant('sharpen'), amount: fraction }),
  blur: fc.record({ op: fc.constant('blur'), radius: fraction }),
  draw: fc.record({
    op: fc.constant('draw'),
    source,
    ops: fc.array(
      fc.oneof(
        inner,
        fc
          .record({ width: fc.oneof(side, fractionOfBase), height: fc.oneof(side, fractionOfBase) })
          .map((sides): OverlayOp => ({ ...FILL, ...sides })),
      ),
      { maxLength: 3 },
    ),
    place: fc.record({
      x: fc.option(fc.record({ from: fc.constantFrom('left', 'right'), px: fc.integer() })),
      y: fc.option(fc.record({ from: fc.constantFrom('top', 'bottom'), px: fc.integer() })),
    }),
    opacity: fraction,
    repeat: fc.constantFrom('none', 'both', 'x', 'y'),
    composite: fc.constantFrom(...COMPOSITES),
  }),
})
const { op } = fc.letrec<{ op: Op }>((tie) => ({
  op: fc.oneof({ maxDepth: 3 }, ...(Object.values(operations(tie('op'))) as fc.Arbitrary<Op>[])),
}))
const program: fc.Arbitrary<Program> = fc.record({
  ops: fc.array(op, { maxLength: 4 }),
  output: fc.oneof(
    fc.record({
      kind: fc.constant('picture' as const),
      format: fc.constantFrom('auto', 'standard', 'base', 'jpeg', 'avif'),
      quality: fc.option(fc.integer({ min: 1, max: 100 })),
      jpeg: fc.constantFrom('progressive', 'baseline'),
      effort: fc.constantFrom('normal', 'fast'),
      metadata: fc.constantFrom('keep', 'copyright', 'none'),
      frames: fc.constantFrom('all', 'first'),
    }),
    fc.record({ kind: fc.constant('json' as const), frames: fc.constantFrom('all', 'first') }),
  ),
})

/** Every place of a value, leaf by leaf, as paths into it. */
function* leaves(
  value: unknown,
  path: readonly (string | number)[] = [],
): Generator<readonly (string | number)[]> {
  if (typeof value !== 'object' || value === null) yield path
  else for (const [key, inner] of Object.entries(value)) yield* leaves(inner, [...path, key])
}
function changed<T>(value: T, path: readonly (string | number)[]): T {
  const copy = structuredClone(value)
  let at = copy as Record<string | number, unknown>
  for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>
  const last = path.at(-1) as string | number
  const leaf = at[last]
  at[last] = typeof leaf === 'number' ? (leaf === 255 ? 254 : leaf + 1) : `${leaf}x`
  return copy
}

describe('the canonical text', () => {
  it('is different for different programs, and equal for equal ones', () => {
    const told = new Map<string, string>()
    fc.assert(
      fc.property(program, (one) => {
        const text = formatProgram(one)
        const before = told.get(text)
        expect(before ?? JSON.stringify(one)).toBe(JSON.stringify(one))
        expect(formatProgram(structuredClone(one))).toBe(text)
        told.set(text, JSON.stringify(one))
      }),
      { numRuns: 2000 },
    )
  })

  it('changes with every single field of a program, in overlays too', () => {
    fc.assert(
      fc.property(program, (one) => {
        for (const path of leaves(one)) {
          const isChoice = path.at(-1) === 'op' || path.at(-1) === 'kind' || path.includes('facts')
          if (!isChoice)
            expect(formatProgram(changed(one, path)), path.join('.')).not.toBe(formatProgram(one))
        }
      }),
      { numRuns: 200 },
    )
  })

  it('has no text for numbers that are none', () => {
    for (const radius of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() =>
        formatProgram({ ops: [{ op: 'blur', radius }], output: programOfOptions({}).output }),
      ).toThrow()
    }
  })

  it('cannot be forged by what stands in a text', () => {
    const draw = (url: string): Program => ({
      ops: [{ ...overlay, source: { kind: 'remote', url, etag: null } }],
      output: programOfOptions({}).output,
    })
    const overlay = {
      op: 'draw',
      ops: [],
      place: { x: null, y: null },
      opacity: 1,
      repeat: 'none',
      composite: 'over',
    } as const
    expect(formatProgram(draw('a",null])'))).not.toBe(formatProgram(draw('a')))
  })

  it('hashes to 32 hexadecimal digits', async () => {
    expect(await hashProgram(programOfOptions({ blur: 3 }))).toMatch(/^[0-9a-f]{32}$/)
    expect(await hashProgram(programOfOptions({ blur: 3 }))).not.toBe(
      await hashProgram(programOfOptions({ blur: 4 })),
    )
  })
})

describe('the program of options', () => {
  const text = (options: ResolvedOptions) => formatProgram(programOfOptions(options))
  const parse = (given: Record<string, unknown>) =>
    resolveHints(parseOptions('object', given), NO_HINTS).options

  it('does everything in the documented order', () => {
    const all = programOfOptions({
      trim: { left: 0.1, border: true },
      blur: 2,
      sharpen: 1,
      saturation: 0,
      border: { color: '#000', top: 1, right: 1, bottom: 1, left: 1 },
      background: 'red',
      width: 10,
      height: 10,
      fit: 'pad',
      rotate: 90,
    })
    expect(all.ops.map(({ op }) => op)).toEqual([
      'trim',
      'trim-border',
      'turn',
      'resize',
      'background',
      'border',
      'adjust',
      'blur',
      'sharpen',
    ])
  })

  it('is the same for options that do nothing', () => {
    expect(text({ rotate: 0, blur: 0 })).toBe(text({}))
    expect(text({ rotate: 360 })).toBe(text({}))
    expect(text({ brightness: 0, contrast: 1, gamma: 0, saturation: 1, sharpen: 0 })).toBe(text({}))
    expect(text({ border: { color: '#000', top: 0, right: 0, bottom: 0, left: 0 } })).toBe(text({}))
    expect(text({ fit: 'cover' })).toBe(text({}))
    expect(text({ flip: 'hv', rotate: 180 })).toBe(text({}))
    expect(text({ flip: 'hv' })).toBe(text({ rotate: 180 }))
    expect(text({ flip: 'h', rotate: 180 })).toBe(text({ flip: 'v' }))
    expect(text({ dpr: 2, blur: 1 })).toBe(text({ blur: 1 })) // nothing to multiply
    expect(text({ dpr: 2, width: 30 })).toBe(text({ width: 60 }))
    expect(text({ dpr: 5, width: 30 })).toBe(text({ dpr: 2, width: 30 }))
    expect(text({ width: 9, gravity: 'face', zoom: 1 })).toBe(text({ width: 9 })) // nothing is cut
    expect(text({ gravity: 'auto' })).toBe(text({}))
    expect(text({ width: 9, upscale: 'generate' })).toBe(text({ width: 9 })) // never enlarges
    expect(text({ width: 9, height: 9, gravity: 'left' })).toBe(text({ width: 9, height: 9 })) // nothing is cut
  })

  it.each([
    [90, 6],
    [180, 3],
    [270, 8],
  ] as const)('turns %i degrees clockwise', (rotate, orientation) => {
    expect(programOfOptions({ rotate }).ops).toEqual([{ op: 'turn', orientation }])
  })

  it.each([
    [{}, { format: 'auto', jpeg: 'progressive', effort: 'normal', quality: null, frames: 'all' }],
    [
      { format: 'baseline-jpeg', quality: 70 },
      { format: 'jpeg', jpeg: 'baseline', quality: 70 },
    ],
    [{ format: 'png' }, { format: 'base' }],
    [{ format: 'png-force' }, { format: 'png' }],
    [
      { compression: 'fast', format: 'avif' },
      { format: 'avif', effort: 'fast' },
    ],
    [{ anim: false }, { frames: 'first' }],
    [
      { format: 'json', anim: false, quality: 3 },
      { kind: 'json', frames: 'first' },
    ],
  ] as const)('lets %j leave as %j', (options, output) => {
    expect(programOfOptions(options).output).toMatchObject(output)
  })

  it('leaves the format to the client where the original is ours, and to no one where it is not', () => {
    expect(programOfOptions({}, 'remote').output).toMatchObject({ format: 'standard' })
    expect(text({ format: 'auto' })).toBe(text({}))
  })

  it('draws in the order of the list, after the background and before what changes the whole', () => {
    const { ops } = programOfOptions(
      parse({
        ...{ blur: 2, width: 100, background: 'red' },
        draw: [
          { url: 'https://example.com/a.png#x', width: 0.25, rotate: 90, blur: 1, bottom: 5, right: 6.5 },
          { text: 'Hi', color: 'rgb(0 0 0 / 50%)', size: 20, width: 9, opacity: 0.5, repeat: 'x' },
        ],
      }),
    )
    expect(ops.map(({ op }) => op)).toEqual(['resize', 'background', 'draw', 'draw', 'blur'])
    expect(ops.slice(2, 4)).toEqual([
      {
        op: 'draw',
        source: { kind: 'remote', url: 'https://example.com/a.png', etag: null },
        ops: [
          { op: 'turn', orientation: 6 },
          expect.objectContaining({ op: 'resize', width: { ofBase: 0.25 }, height: null, fit: 'scale-down' }),
          { op: 'blur', radius: 1 },
        ],
        place: { x: { from: 'right', px: 6.5 }, y: { from: 'bottom', px: 5 } },
        ...{ opacity: 1, repeat: 'none', composite: 'over' },
      },
      {
        op: 'draw',
        source: { kind: 'text', text: 'Hi', fontUrl: null, sizePx: 20, colour: { r: 0, g: 0, b: 0, a: 128 } },
        ops: [],
        place: { x: null, y: null },
        ...{ opacity: 0.5, repeat: 'x', composite: 'over' },
      },
    ])
  })

  it('has one key for two spellings of a draw, and another for every other draw', () => {
    const of = (...draw: object[]) => text(parse({ draw }))
    const url = 'https://example.com/a.png'
    expect(of({ url, opacity: 1, composite: 'over', repeat: false, blur: 0 })).toBe(of({ url }))
    expect(of({ url: 'HTTPS://EXAMPLE.com:443/a.png' })).toBe(of({ url }))
    expect(of({ text: 'a', size: 12, color: '#000' })).toBe(of({ text: 'a' }))
    expect(of()).toBe(text({}))
    const others = [
      ...[of({ url }), of({ url }, { url }), of({ url, width: 0.5 }), of({ url, height: 0.5 })],
      ...[of({ url, width: 1 }), of({ url, left: 0 }), of({ url, right: 0 }), of({ url, top: 0 })],
      ...[
        of({ text: url }),
        of({ text: url, font: { url } }),
        of({ url, repeat: true }),
        of({ url, repeat: 'x' }),
      ],
    ]
    expect(new Set(others).size).toBe(others.length)
  })

  it.each([
    ['h', 0, 2],
    ['v', 0, 4],
    ['hv', 0, 3],
    ['h', 90, 7],
    ['v', 90, 5],
    ['h', 270, 5],
  ] as const)('mirrors by %s before it turns by %i', (flip, rotate, orientation) => {
    expect(programOfOptions({ flip, rotate }).ops).toEqual([{ op: 'turn', orientation }])
  })

  it.each([
    [
      { width: 100, height: 50, dpr: 1.5 },
      { width: 150, height: 75 },
    ],
    [
      { width: 101, dpr: 0.5 },
      { width: 51, height: null },
    ],
    [{ width: 1, dpr: 0.01 }, { width: 1 }],
    [
      { height: 100, dpr: 3 },
      { width: null, height: 200 },
    ],
  ] as const)('multiplies the sides of %j', (options, sides) => {
    expect(programOfOptions(options).ops[0]).toMatchObject(sides)
  })

  it('multiplies a border, and nothing where no size is asked for', () => {
    const border = { color: 'red', top: 3, right: 0, bottom: 1, left: 2 }
    const borderOf = (options: ResolvedOptions) => programOfOptions({ border, ...options }).ops.at(-1)
    expect(borderOf({ width: 9, dpr: 1.5 })).toMatchObject({ top: 5, right: 0, bottom: 2, left: 3 })
    expect(borderOf({ dpr: 2 })).toMatchObject({ top: 3, right: 0, bottom: 1, left: 2 })
  })

  it('looks for faces where something is cut, or nothing is asked for but them', () => {
    const gravity = (options: ResolvedOptions) => programOfOptions(options).ops[0]
    const box = { width: 9, height: 9, gravity: 'face', zoom: 0.5 } as const
    expect(gravity({ ...box, fit: 'cover' })).toMatchObject({ gravity: { face: 0.5 } })
    expect(gravity({ ...box, fit: 'contain' })).toMatchObject({ gravity: 'center' })
    expect(gravity({ gravity: 'face' })).toMatchObject({ gravity: { face: 0 }, width: null, height: null })
  })

  it('pads with white, or leaves the space to the background', () => {
    const fill = (background?: string) =>
      programOfOptions({
        width: 9,
        height: 9,
        fit: 'pad',
        ...(background === undefined ? {} : { background }),
      }).ops[0]
    expect(fill()).toMatchObject({ fill: { r: 255, g: 255, b: 255, a: 255 } })
    expect(fill('#ff000080')).toMatchObject({ fill: { a: 0 } })
  })
})
