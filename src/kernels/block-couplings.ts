// What block descent looks up of H, wherever its rows are: the diagonal, and of every pair of columns how strongly they
// are coupled, ρ² = H_ij² / (h_i h_j) with the sign of H_ij, and H_ij itself; it looks no further at pairs whose coupling
// is too weak for a gain. ρ² is 0 for a column alone and for dead ones.
import code from '../../shaders/block-couplings.wgsl?raw'
import { spread, type Batch, type Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { tilesOf, type Tiled } from '../gpu/row-tiles.ts'

export const kernel = defineKernel({
  name: 'block-couplings',
  code,
  bindings: { hessian: 'read', diagonal: 'read', pairs: 'read', couplings: 'read_write' },
  params: { columns: 'u32', count: 'u32', words: 'u32', first: 'u32', tile_rows: 'u32' },
})

/** Two columns as one word; i = j for a column alone. */
export function pairWord(i: number, j: number): number {
  return (i + 65536 * j) >>> 0
}

/** Columns that fit into a pair's word. */
export const MOST_COLUMNS = 65536

/** Bytes of what is known of so many partitions. */
export function couplingsBytes({ columns, steps, quads }: Partitions): number {
  return 16 * Math.ceil(columns / 4) + 32 * quads * steps
}

export interface Partitions {
  columns: number
  /** Partitions. */
  steps: number
  /** Words of four pairs in a partition. */
  quads: number
}

/**
 * Records `couplings` of pairs u32 [steps, 4 · quads], with H f32 [columns, columns] and its diagonal (h, 1 / h): h f32
 * [columns], in whole fours, and then f32 [steps, 2, 4 · quads], every partition's couplings before its entries of H.
 */
export function blockCouplings(
  batch: Batch,
  bindings: { hessian: Tiled; diagonal: Binding; pairs: Binding; couplings: Binding },
  { columns, steps, quads }: Partitions,
): void {
  const count = 4 * quads * steps
  const tiles = tilesOf(bindings.hessian, columns)
  for (const { first, rows, binding } of tiles)
    batch.run(kernel, {
      bindings: { ...bindings, hessian: binding },
      params: { columns, count, words: 4 * quads, first, tile_rows: rows },
      workgroups: spread(Math.ceil(Math.max(count, columns) / 64)),
      work: (8 * count) / tiles.length,
    })
}

/** Couplings in float64. */
export function reference(hessian: ArrayLike<number>, pairs: ArrayLike<number>, columns: number): Float64Array {
  return Float64Array.from(pairs, (pair) => {
    const [i, j] = [pair % 65536, Math.floor(pair / 65536)]
    const H = hessian[i * columns + j]
    const product = hessian[i * (columns + 1)] * hessian[j * (columns + 1)]
    return i === j || product === 0 ? 0 : (Math.sign(H) * H ** 2) / product
  })
}
