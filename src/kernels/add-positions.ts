// Adds learned positions to token embeddings (GPT-2, OPT): y[token] += table[offset + position].
import code from '../../shaders/add-positions.wgsl?raw'
import { spread, type Batch, type Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'

export const kernel = defineKernel({
  name: 'add-positions',
  code,
  bindings: { table: 'read', y: 'read_write' },
  params: { tokens: 'u32', columns: 'u32', window: 'u32', first: 'u32', offset: 'u32' },
})

export interface PositionsSize {
  tokens: number
  columns: number
  /** Positions start again in every window. */
  window: number
  /** Position of the first token. */
  first?: number
  /** Row of position 0. */
  offset?: number
}

/** Records the sum: y [tokens, columns], table [offset + window or more, columns]. */
export function addPositions(
  batch: Batch,
  bindings: { table: Binding; y: Binding },
  { first = 0, offset = 0, ...size }: PositionsSize,
): void {
  const elements = size.tokens * size.columns
  batch.run(kernel, {
    bindings,
    params: { ...size, first, offset },
    workgroups: spread(Math.ceil(elements / 64)),
    work: 4 * elements,
  })
}

/** The same in float64. */
export function reference(
  y: ArrayLike<number>,
  table: ArrayLike<number>,
  { columns, window, first = 0, offset = 0 }: Omit<PositionsSize, 'tokens'>,
): Float64Array {
  return Float64Array.from(y, (value, at) => {
    const position = (first + Math.floor(at / columns)) % window
    return value + table[(offset + position) * columns + (at % columns)]
  })
}
