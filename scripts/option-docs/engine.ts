import {
  type Drawing,
  NO_HINTS,
  type Op,
  type Options,
  OUTPUT_FORMATS,
  resolveHints,
  type SourceRef,
} from '../../packages/core/src/index.ts'
import { createRenderWorker } from '../../test/support/render-worker.ts'
import { drawDrawing } from './drawings.ts'

/** What the engine made of a drawing. */
export interface Rendered {
  /** Encoded as the options say; a PNG where they say nothing. */
  readonly body: Buffer
  readonly width: number
  readonly height: number
  readonly warnings: readonly string[]
}

/** The render Worker as it is deployed, for the pictures of the documentation. */
export interface Engine {
  drawing(name: Drawing): Promise<Buffer>
  /** @throws Error with the engine's refusal */
  render(source: Buffer, options: Options): Promise<Rendered>
  close(): Promise<void>
}

/** The drawing that an overlay's address names: no example reaches out of this machine. */
const DRAWING_OF_URL = /\/(scene|badge|framed)\.png$/

function withDrawings(ops: readonly Op[], sources: Readonly<Record<Drawing, SourceRef>>): readonly Op[] {
  return ops.map((op) => {
    if (op.op !== 'draw' || op.source.kind !== 'remote') return op
    const [, name = 'badge'] = DRAWING_OF_URL.exec(op.source.url) ?? []
    return { ...op, source: sources[name as Drawing] }
  })
}

/** Starts the render Worker; takes some seconds. */
export async function startEngine(): Promise<Engine> {
  const worker = createRenderWorker()
  await worker.listen()
  const drawings = new Map<Drawing, Promise<Buffer>>()
  const drawing = (name: Drawing): Promise<Buffer> => {
    const known = drawings.get(name) ?? drawDrawing(name)
    drawings.set(name, known)
    return known
  }
  const storedAs = async (name: Drawing) => (await worker.createRequest(await drawing(name))).source
  const sources = {
    scene: await storedAs('scene'),
    badge: await storedAs('badge'),
    framed: await storedAs('framed'),
  }
  return {
    drawing,
    async render(source, options) {
      const request = await worker.createRequest(
        source,
        resolveHints({ format: 'png-force', ...options }, NO_HINTS).options,
      )
      const ops = withDrawings(request.program.ops, sources)
      const { meta, body, detail } = await worker.send({ ...request, program: { ...request.program, ops } })
      if (meta === null) throw new Error(`The engine refuses ${JSON.stringify(options)}: ${detail}`)
      if (!OUTPUT_FORMATS.some((format) => format === meta.format))
        throw new Error('The result is no picture')
      return { body, width: meta.width, height: meta.height, warnings: meta.warnings }
    },
    close: () => worker.close(),
  }
}
