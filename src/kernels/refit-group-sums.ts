// Row sums of a Hessian over the columns of each group: what an offset of the whole group does.
import code from '../../shaders/refit-group-sums.wgsl?raw'
import { spread, type Batch, type Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { tilesOf, type Tiled } from '../gpu/row-tiles.ts'

export const kernel = defineKernel({
  name: 'refit-group-sums',
  code,
  bindings: { hessian: 'read', sums: 'read_write' },
  params: { columns: 'u32', width: 'u32', groups: 'u32', first: 'u32', rows: 'u32' },
})

/** Records sums f32 [columns, groups]: Σ over i in group g of H[j, i]; hessian f32 [columns, columns]. */
export function refitGroupSums(
  batch: Batch,
  bindings: { hessian: Tiled; sums: Binding },
  params: { columns: number; width: number; groups: number },
): void {
  const { columns, groups } = params
  for (const { first, rows, binding: hessian } of tilesOf(bindings.hessian, columns))
    batch.run(kernel, {
      bindings: { ...bindings, hessian },
      params: { ...params, first, rows },
      workgroups: spread(Math.ceil((rows * groups) / 64)),
      work: rows * columns,
    })
}

/** The same in float64. */
export function reference(
  hessian: ArrayLike<number>,
  { columns, width, groups }: { columns: number; width: number; groups: number },
): Float64Array {
  const sums = new Float64Array(columns * groups)
  for (let j = 0; j < columns; j++)
    for (let i = 0; i < columns; i++) sums[j * groups + Math.floor(i / width)] += hessian[j * columns + i]
  return sums
}
