// The numbers of a figure of the room Layer, folded below it and made only when unfolded.
import { useState } from 'react'
import '../charts/tables.css'

interface Props {
  label: string
  heads: readonly string[]
  rows(): readonly (readonly string[])[]
  note?: string
}

export function ColumnTable({ label, heads, rows, note }: Props) {
  const [open, setOpen] = useState(false)
  return (
    <details className="as-table" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>As a table</summary>
      {open && (
        <div className="scroller" tabIndex={0} role="region" aria-label={label}>
          <table>
            {note && <caption>{note}</caption>}
            <thead>
              <tr>
                {heads.map((head) => (
                  <th key={head} scope="col" className="number">
                    {head}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows().map(([head, ...cells]) => (
                <tr key={head}>
                  <th scope="row" className="number">
                    {head}
                  </th>
                  {cells.map((cell, i) => (
                    <td key={i} className="number">
                      {cell}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  )
}
