const ATTRIBUTE_ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
}
const TEXT_ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '\r': '&#13;',
}

/** A name and a value as an attribute, with a space before it. What is read again is the same value. */
export const formatAttribute = (name: string, value: string): string =>
  ` ${name}="${value.replace(/[&<>"\t\n\r]/g, (character) => ATTRIBUTE_ESCAPES[character] as string)}"`

/** Characters as the text of an element. */
export const formatText = (text: string): string =>
  text.replace(/[&<>\r]/g, (character) => TEXT_ESCAPES[character] as string)
