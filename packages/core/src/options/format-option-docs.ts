import { OPTION_NAMES, type OptionRow, optionRow, type Surface } from './option-table.ts'

const SURFACE_NAMES = {
  ...{ url: 'URL', object: 'object', variant: 'variant' },
  overlay: 'overlay',
} as const satisfies Record<Surface, string>

function formatRow(name: string, row: OptionRow<unknown>): string {
  const cells = [
    [name, ...row.aliases].map((spelling) => `\`${spelling}\``).join(', '),
    formatValues(row),
    row.default === undefined ? '' : `\`${row.type.toText(row.default)}\``,
    row.surfaces.map((surface) => SURFACE_NAMES[surface]).join(', '),
    row.doc,
    `\`${name}=${row.example}\``,
    `[rule](${row.evidence.replace('docs/', '')})`,
  ]
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

/** The values, and after them what a surface takes instead. */
const formatValues = ({ type, narrower }: OptionRow<unknown>): string =>
  [
    type.expects,
    ...Object.entries(narrower ?? {})
      .filter(([, others]) => others.expects !== type.expects)
      .map(([surface, others]) => `in ${surface === 'overlay' ? 'an' : 'a'} ${surface} ${others.expects}`),
  ].join('; ')

/** docs/options.md, from the table. `scripts/build-option-docs.ts` writes it, a test holds it against the table. */
export function formatOptionDocs(): string {
  const rows = OPTION_NAMES.map((name) => ({ name, row: optionRow(name) }))
  const built = rows.filter(({ row }) => row.surfaces.length > 0)
  const unbuilt = rows.filter(({ row }) => row.surfaces.length === 0)
  return `# Options

Generated from \`packages/core/src/options/option-table.ts\` by \`pnpm build:options\`; change it there.

| Option | Values | Default | Where | What it does | Example | Evidence |
| --- | --- | --- | --- | --- | --- | --- |
${built.map(({ name, row }) => formatRow(name, row)).join('\n')}

Known and not built yet, so refused by name wherever they are given: ${unbuilt.map(({ name }) => `\`${name}\``).join(', ')}.

An overlay is a picture that \`draw\` draws: one entry of its list. An unknown name is ignored. In a URL a value that cannot be read is dropped, with a \`warning\` header; one that is out of
range refuses the request. Objects and variants refuse both.
`
}
