import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../../../shared/corpus/', import.meta.url))

/** Real pictures that are not part of this repository. Tests that need one skip, with a message, where there are none. */
export const hasCorpus = existsSync(folder)
if (!hasCorpus)
  console.log('skipping what needs real pictures: there is no ../shared/corpus beside this checkout')

export const corpusPath = (name: string): string => `${folder}${name}`
export const readCorpus = (name: string): Promise<Buffer<ArrayBuffer>> =>
  readFile(corpusPath(name)) as Promise<Buffer<ArrayBuffer>>
