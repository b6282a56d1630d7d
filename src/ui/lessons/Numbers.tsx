// A picture's numbers as a table, folded; it downloads as CSV.
import { useState } from 'react'
import { type Cell, csv } from '../../store/csv.ts'
import { Download } from '../download/Download.tsx'

export function Numbers({
  caption,
  head,
  rows,
}: {
  caption: string
  head: readonly string[]
  rows: readonly (readonly Cell[])[]
}) {
  const [open, setOpen] = useState(false)
  return (
    <details className="numbers" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>The numbers</summary>
      {open && (
        <Download
          name={`lesson ${caption}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}
          title={`table: ${caption}`}
          csv={() => csv([head, ...rows])}
          picture={false}
        />
      )}
      <div className="scroller" tabIndex={0} role="region" aria-label={caption}>
        <table>
          <caption className="visually-hidden">{caption}</caption>
          <thead>
            <tr>
              {head.map((title) => (
                <th key={title} scope="col">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((cells, i) => (
              <tr key={i}>
                {cells.map((cell, j) =>
                  j === 0 ? (
                    <th key={j} scope="row">
                      {cell}
                    </th>
                  ) : (
                    <td key={j}>{cell}</td>
                  ),
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}
