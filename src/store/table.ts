// What the table shows of its rows: which of three numbers, sorted how.
import type { TableRow } from './compare.ts'

/** loss: relative loss. ratio: the same ÷ the yardstick's. heldOut: relative loss on tokens that no solver saw. */
export type TableView = 'loss' | 'ratio' | 'heldOut'

/** `by`: 'layer' for the model's order, 'ratio', 'shape', 'moves', or a recipe's name. */
export interface Sort {
  by: string
  descending: boolean
}

export const modelOrder: Sort = { by: 'layer', descending: false }

/** The number of a cell; undefined before it is known. */
export function cellValue(
  { losses, heldOut }: TableRow,
  recipe: string,
  view: TableView,
  yardstick: string | undefined,
): number | undefined {
  if (view === 'heldOut') return heldOut[recipe]
  const loss = losses[recipe]
  if (view === 'loss') return loss
  const base = yardstick === undefined ? undefined : losses[yardstick]
  if (loss === undefined || base === undefined) return undefined
  return base === 0 ? (loss === 0 ? 1 : Infinity) : loss / base
}

/** Rows in the order asked for; rows without a number come last, equal ones in the model's order. */
export function sortRows(
  rows: readonly TableRow[],
  { by, descending }: Sort,
  view: TableView,
  yardstick: string | undefined,
): readonly TableRow[] {
  if (by === 'layer') return descending ? rows.toReversed() : rows
  const keys = new Map(rows.map((row) => [row, keyOf(row, by, view, yardstick)]))
  const sign = descending ? -1 : 1
  return rows.toSorted((a, b) => {
    const [x, y] = [keys.get(a), keys.get(b)]
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined)
    return sign * (x - y)
  })
}

function keyOf(row: TableRow, by: string, view: TableView, yardstick: string | undefined): number | undefined {
  if (by === 'ratio') return row.ratio
  if (by === 'shape') return row.facts.rows * row.facts.columns
  if (by === 'moves') return row.moves
  return cellValue(row, by, view, yardstick)
}

/** The next state of a column's header: numbers fall first, then rise, then the model's order again. */
export function nextSort({ by, descending }: Sort, column: string): Sort {
  if (by !== column) return { by: column, descending: true }
  return descending ? { by, descending: false } : column === 'layer' ? { by, descending: true } : modelOrder
}
