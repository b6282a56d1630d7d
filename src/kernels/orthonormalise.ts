// Orthonormal rows of a thin block by modified Gram–Schmidt: keeps a power iteration with several vectors from falling
// onto the largest eigenvector, without a word to the host.
import code from '../../shaders/orthonormalise.wgsl?raw'
import type { Batch, Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'

export const kernel = defineKernel({
  name: 'orthonormalise',
  code,
  bindings: { vectors: 'read_write' },
  params: { count: 'u32', columns: 'u32' },
})

/** Most rows of a block. */
export const THIN = 32

/**
 * Records it for vectors f32 [count, columns], in place; row k stays in the span of the first k + 1 rows. A row that
 * depends on those before it becomes 0. `parts`: invocations that share a row. @throws RangeError for more than THIN rows.
 */
export function orthonormalise(
  batch: Batch,
  bindings: { vectors: Binding },
  { count, columns }: { count: number; columns: number },
  parts: 1 | 8 = batch.gpu.adapter.software ? 1 : 8,
): void {
  if (count > THIN) throw new RangeError(`orthonormalise takes up to ${THIN} rows, ${count} given`)
  batch.run(kernel, {
    bindings,
    params: { count, columns },
    workgroups: [1],
    overrides: { PARTS: parts },
    // One workgroup has a small part of the adapter.
    work: 16 * count * count * columns,
  })
}

/** Gram–Schmidt twice over, row by row, in float64; a row of which less than 1e-6 of its length is left becomes 0. */
export function reference(vectors: ArrayLike<number>, count: number, columns: number): Float64Array {
  const rows = Array.from({ length: count }, (_, row) =>
    Float64Array.from({ length: columns }, (_, j) => vectors[row * columns + j]),
  )
  const product = (a: Float64Array, b: Float64Array) => a.reduce((sum, x, j) => sum + x * b[j], 0)
  rows.forEach((row, k) => {
    const before = product(row, row)
    for (let again = 0; again < 2; again++)
      for (const other of rows.slice(0, k)) {
        const along = product(other, row)
        row.forEach((_, j) => (row[j] -= along * other[j]))
      }
    const left = product(row, row)
    const scale = left > 1e-12 * before ? 1 / Math.sqrt(left) : 0
    row.forEach((_, j) => (row[j] *= scale))
  })
  return Float64Array.from(rows.flatMap((row) => [...row]))
}
