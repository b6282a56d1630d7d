// Columns of a layer as a chart shows them: in their order or the loudest first, and where there are more than the chart
// has room for, several in one.

/** In charts. */
export const MOST_BINS = 256

export type ColumnOrder = 'natural' | 'diagonal'

export interface Bins {
  /** Columns in every bin but perhaps the last. */
  each: number
  /** Columns, bin after bin. */
  order: Uint32Array
  count: number
}

/** `diagonal` decides where the order is not natural; `most`: bins at most. */
export function binsOf(
  columns: number,
  order: ColumnOrder,
  diagonal: ArrayLike<number> | undefined,
  most = MOST_BINS,
): Bins {
  const natural = Uint32Array.from({ length: columns }, (_, j) => j)
  const sorted = order === 'diagonal' && diagonal ? natural.sort((a, b) => diagonal[b] - diagonal[a] || a - b) : natural
  const each = Math.ceil(columns / Math.min(MOST_BINS, Math.max(1, most)))
  return { each, order: sorted, count: Math.ceil(columns / each) }
}

/** Sums, or means, of values [columns] in bins. */
export function binned(values: ArrayLike<number>, { each, order, count }: Bins, what: 'sum' | 'mean'): number[] {
  return Array.from({ length: count }, (_, bin) => {
    const own = order.subarray(bin * each, (bin + 1) * each)
    const sum = own.reduce((total, j) => total + values[j], 0)
    return what === 'sum' ? sum : sum / own.length
  })
}

/** Columns of a bin in words: '7', or '14–15'. Sorted bins name their first column only. */
export function binName({ each, order }: Bins, bin: number, natural: boolean): string {
  const own = order.subarray(bin * each, (bin + 1) * each)
  if (own.length === 1) return String(own[0])
  return natural ? `${own[0]}–${own[own.length - 1]}` : `${own[0]} and ${own.length - 1} more`
}

/** The largest entries of a diagonal, and their part of its sum. */
export function loudest(diagonal: Float32Array, most = 3): { columns: number[]; share: number } {
  const columns = [...diagonal.keys()].sort((a, b) => diagonal[b] - diagonal[a]).slice(0, most)
  const all = diagonal.reduce((sum, h) => sum + h, 0)
  return { columns, share: all > 0 ? columns.reduce((sum, j) => sum + diagonal[j], 0) / all : 0 }
}
