// How strongly the two columns of a pair are coupled: ρ² = H_ij² / (h_i h_j) with the sign of H_ij; block descent looks
// no further at pairs whose coupling is too weak for a gain. 0 for a column alone and for dead ones.
import code from '../../shaders/block-couplings.wgsl?raw'
import { spread, type Batch, type Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'

export const kernel = defineKernel({
  name: 'block-couplings',
  code,
  bindings: { hessian: 'read', diagonal: 'read', pairs: 'read', couplings: 'read_write' },
  params: { columns: 'u32', count: 'u32' },
})

/** Two columns as one word; i = j for a column alone. */
export function pairWord(i: number, j: number): number {
  return (i + 65536 * j) >>> 0
}

/** Columns that fit into a pair's word. */
export const MOST_COLUMNS = 65536

/** Records couplings f32 [count] of pairs u32 [count], with H f32 [columns, columns] and its diagonal (h, 1 / h). */
export function blockCouplings(
  batch: Batch,
  bindings: { hessian: Binding; diagonal: Binding; pairs: Binding; couplings: Binding },
  { columns, count }: { columns: number; count: number },
): void {
  const workgroups = spread(Math.ceil(count / 64))
  batch.run(kernel, { bindings, params: { columns, count }, workgroups, work: 8 * count })
}

/** The same in float64. */
export function reference(hessian: ArrayLike<number>, pairs: ArrayLike<number>, columns: number): Float64Array {
  return Float64Array.from(pairs, (pair) => {
    const [i, j] = [pair % 65536, Math.floor(pair / 65536)]
    const H = hessian[i * columns + j]
    const product = hessian[i * (columns + 1)] * hessian[j * (columns + 1)]
    return i === j || product === 0 ? 0 : (Math.sign(H) * H ** 2) / product
  })
}
