// Tables as comma-separated values (RFC 4180): one line per row, CR LF, quotes where a cell needs them.

/** A cell; undefined is an empty one. Numbers keep all their digits. */
export type Cell = string | number | undefined

/** The rows as the text of a file, ending with a line break. */
export function csv(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => row.map(cell).join(',') + '\r\n').join('')
}

function cell(value: Cell): string {
  if (value === undefined) return ''
  if (typeof value === 'number') return String(value)
  // A spreadsheet takes a text that begins like this for a formula.
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
