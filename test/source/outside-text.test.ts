import {
  createHeaderReader,
  FORMAT_NAMES,
  isAccountHash,
  isGeneratedId,
  isNamed,
  negotiateFormat,
  parseApiToken,
  parseCustomId,
  parseDeliveryUrl,
  parsePathHexId,
  parsePurgeRequest,
  parseVariant,
  tagsOfMetadata,
} from '@tintype/core'
import { expect, it } from 'vitest'
import { readEntities } from '../../packages/svg/src/entities.ts'
import { sanitiseAttributes } from '../../packages/svg/src/sanitise-attributes.ts'
import { sanitiseDeclarations, sanitiseStyleSheet } from '../../packages/svg/src/style-sheet.ts'
import { parsePathImageId } from '../../workers/api/src/path-image-id.ts'
import { parseContentDisposition } from '../../workers/api/src/upload/content-disposition.ts'
import { createFormFields } from '../../workers/api/src/upload/form-fields.ts'
import { boundaryOf } from '../../workers/api/src/upload/multipart-boundary.ts'
import { createMultipartParser } from '../../workers/api/src/upload/multipart-parser.ts'
import { parseIfNoneMatch } from '../../workers/delivery/src/conditional.ts'
import { parseRange } from '../../workers/delivery/src/range.ts'
import { findSlowText } from './hostile-texts.ts'

const bytesOf = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0))
const everyFormat = new Set(FORMAT_NAMES)
const partHead = '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n'

function parseForm(text: string): void {
  createMultipartParser('x', () => true).push(bytesOf(text))
}

function readFields(name: string, value: string): void {
  const fields = createFormFields()
  fields.add(name, value)
  fields.metadata()
  fields.flag('requireSignedURLs')
  fields.creator()
}

/** Everything that reads what strangers send, with what their texts must begin with to be read on. */
const PARSERS: readonly [string, (text: string) => void, (readonly string[])?][] = [
  ['Content-Disposition', parseContentDisposition, ['', 'form-data; name="', 'f; a="b"; c="']],
  [
    'Content-Type',
    (text) => boundaryOf({ get: () => text } as unknown as Headers),
    ['multipart/form-data; boundary="'],
  ],
  ['a form', parseForm, ['', '--x', '--x\r\n', partHead, `${partHead}\r\n--x`]],
  ['the name of a field', (text) => readFields(text, 'v'), ['', 'metadata[', 'metadata[a]']],
  ['metadata', (text) => readFields('metadata', text), ['', '{"a":']],
  ['a flag', (text) => readFields('requireSignedURLs', text)],
  ['a creator', (text) => readFields('creator', text)],
  ['an image id', parseCustomId],
  ['an image id in an API path', (text) => parsePathImageId(`/accounts/a/images/v1/${text}`)],
  ['ids of ours', (text) => [isGeneratedId(text), isAccountHash(text), parsePathHexId(text)]],
  ['an API token', parseApiToken, ['', 'tt_']],
  [
    'a delivery URL',
    (text) => parseDeliveryUrl(new URL(`https://images.example/${text}`).pathname),
    ['', `${'h'.repeat(22)}/`],
  ],
  [
    'Accept',
    (text) => [isNamed(text, 'image/avif'), negotiateFormat(text)],
    ['', 'image/avif;q="', 'image/avif;'],
  ],
  ['If-None-Match', parseIfNoneMatch, ['', 'W/"']],
  ['Range', (text) => parseRange(text, 1000), ['', 'bytes=']],
  ['tags in metadata', (text) => tagsOfMetadata({ tags: text })],
  ['a variant', (text) => parseVariant({ id: text, options: { fit: text, width: text } })],
  ['purged files', (text) => parsePurgeRequest({ files: [text] }), ['', 'https://a/']],
  ['purged hosts', (text) => parsePurgeRequest({ hosts: [text] })],
  ['purged prefixes', (text) => parsePurgeRequest({ prefixes: [text] }), ['', 'a/']],
  ['purged tags', (text) => parsePurgeRequest({ tags: [text] })],
  [
    'a picture',
    (text) => createHeaderReader(everyFormat).push(bytesOf(text)),
    [
      '',
      '<',
      '<!--',
      '<?',
      '<!DOCTYPE ',
      '<a:',
      '<svg ',
      '<svg a="',
      '<!DOCTYPE svg [<!ENTITY a "',
      '<svg viewBox="',
    ],
  ],
  ['a style sheet', sanitiseStyleSheet, ['', 'a{', 'a{b:', '@media a{', '@font-face{src:url(', 'a{b:c("']],
  ['a style attribute', sanitiseDeclarations, ['', 'a:', 'a:url(', 'a:b(']],
  ['entities of a document', readEntities, ['', '[', '[<!ENTITY ', '[<!ENTITY a "', '[<!--']],
  [
    'attributes of SVG',
    (text) =>
      ['href', 'fill', 'style', 'values', text].map((local) =>
        sanitiseAttributes('image', [{ uri: '', local, value: text }]),
      ),
    ['', 'data:image/png;base64,', 'url(', 'url("#'],
  ],
]

it.each(PARSERS)('%s: no hostile text of 16 kB takes over 50 ms', (_, parse, beginnings = ['']) => {
  expect(findSlowText(parse, beginnings)).toBeNull()
})
