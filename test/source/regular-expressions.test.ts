import { describe, expect, it } from 'vitest'
import { findSlowText } from './hostile-texts.ts'
import { samplePrefixes } from './sample-prefixes.ts'
import { readSourceFiles, type SyntaxNode } from './source-files.ts'

interface Expression {
  readonly where: string
  readonly expression: RegExp
}

const files = await readSourceFiles()
const expressions: Expression[] = files.flatMap(({ path, nodes }) =>
  nodes.filter(isExpression).map(({ regex: { pattern, flags } }) => ({
    where: `${path}: /${pattern}/${flags}`,
    expression: new RegExp(pattern, flags),
  })),
)

function isExpression(node: SyntaxNode): node is SyntaxNode & { regex: { pattern: string; flags: string } } {
  return node.type === 'Literal' && typeof node.regex === 'object' && node.regex !== null
}

/** Every way to use an expression comes down to these two: match once, or go on through the text. */
function use(expression: RegExp, text: string): void {
  expression.lastIndex = 0
  expression.exec(text)
  text.replace(expression, '')
}

describe('a sample of an expression', () => {
  it.each<[RegExp, string[]]>([
    [/;\s*(?:[\w*-]+)="((?:x|y)*)"/, ['', ';', ';a="', ';a="x', '; a="x"']],
    [/^[A-Z]{3}_\d+$/, ['', 'AAA_', 'AAA_0']],
  ])('%s', (expression, some) => {
    const prefixes = samplePrefixes(expression)
    expect(prefixes.map((text) => text.replace('; ', ';'))).toEqual(
      expect.arrayContaining(some.map((text) => text.replace('; ', ';'))),
    )
  })
})

describe('regular expressions', () => {
  it('are found', () => {
    expect(expressions.length).toBeGreaterThan(20)
  })
  it.each(expressions)('$where takes no hostile text of 16 kB over 50 ms', ({ expression }) => {
    expect(findSlowText((text) => use(expression, text), samplePrefixes(expression))).toBeNull()
  })
  it('are literals: one that is put together when it runs would escape these tests', () => {
    const made = files.filter(({ nodes }) =>
      nodes.some(({ type, name }) => type === 'Identifier' && name === 'RegExp'),
    )
    expect(made.map(({ path }) => path)).toEqual([])
  })
  it.each([
    ['exponential', /;\s*([\w*-]+)\s*=\s*(?:"((?:\\["\\]|[^"])*)"|([^;"\s]*))/g],
    ['nested', /^(a+)+$/],
    ['overlapping', /^(?:[\w.-]+)*@/],
    ['quadratic without an anchor', /\/+$/],
    ['quadratic by blanks', /\s+,/],
  ])('that are bad are caught: %s', (_, expression) => {
    expect(findSlowText((text) => use(expression, text), samplePrefixes(expression))).not.toBeNull()
  })
})
