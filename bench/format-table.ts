/** A column: its head, and on which side its cells end. */
export interface Column {
  readonly head: string
  readonly align: 'left' | 'right'
}

/** A table in Markdown, columns aligned. @param rows as many cells as there are columns, each */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map(({ head }, at) =>
    Math.max(head.length, ...rows.map((row) => row[at]?.length ?? 0)),
  )
  const pad = (text: string, at: number) =>
    columns[at]?.align === 'left' ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0)
  const line = (cells: readonly string[]) => `| ${cells.map(pad).join(' | ')} |`
  const rule = columns.map(({ align }, at) => {
    const dashes = '-'.repeat((widths[at] ?? 1) - 1)
    return align === 'left' ? `${dashes}-` : `${dashes}:`
  })
  return [line(columns.map(({ head }) => head)), line(rule), ...rows.map(line)].join('\n')
}

export const left = (head: string): Column => ({ head, align: 'left' })
export const right = (head: string): Column => ({ head, align: 'right' })

/** Milliseconds: two numbers are compared by their first three digits, more would be noise. */
export const formatMs = (ms: number): string => ms.toFixed(ms < 100 ? 1 : 0)

/** Megabytes of a million bytes; a dash where it is not known. */
export const formatMegabytes = (bytes: number | null | undefined): string =>
  bytes === null || bytes === undefined ? '–' : (bytes / 1e6).toFixed(1)
