import { cpus } from 'node:os'
import sharp from 'sharp'
import { ORIGIN } from './photographs.ts'
import { runtimeVersion } from './workerd.ts'

/** What figures depend on. */
export const machine = {
  processor: cpus()[0]?.model ?? 'unknown',
  processors: cpus().length,
  node: process.version,
  workerd: runtimeVersion,
  sharp: sharp.versions.sharp ?? 'unknown',
  libvips: sharp.versions.vips,
  pictures: ORIGIN,
}

/** In one line. */
export const describeMachine = (): string =>
  Object.entries(machine)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')
