// A column's head that sorts the table by it.
import type { ReactNode } from 'react'
import { nextSort, type Sort } from '../store/table.ts'

interface Props {
  column: string
  sort: Sort
  onSort(sort: Sort): void
  className?: string
  label?: string
  children: ReactNode
}

export function SortHeader({ column, sort, onSort, className, label, children }: Props) {
  const mine = sort.by === column
  const direction = sort.descending ? 'descending' : 'ascending'
  // The order of the model is no sort that a reader asked for.
  const asked = mine && !(column === 'layer' && !sort.descending)
  return (
    <th scope="col" className={className} aria-label={label} aria-sort={asked ? direction : undefined}>
      <button type="button" className="sort" title="Sort" onClick={() => onSort(nextSort(sort, column))}>
        {children}
        {asked && <span aria-hidden="true">{sort.descending ? '▾' : '▴'}</span>}
      </button>
    </th>
  )
}
