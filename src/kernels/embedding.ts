// Looks up token embeddings in a table, or in a part of one.
import code from '../../shaders/embedding.wgsl?raw'
import { spread, type Batch, type Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'

export const kernel = defineKernel({
  name: 'embedding',
  code,
  bindings: { ids: 'read', table: 'read', y: 'read_write' },
  params: { tokens: 'u32', first: 'u32', rows: 'u32', columns: 'u32', scale: 'f32' },
})

/** Records y [tokens, columns] = scale · table[ids], for the ids in first … first + rows − 1; ids u32 [tokens], table [rows, columns]. */
export function embedding(
  batch: Batch,
  bindings: { ids: Binding; table: Binding; y: Binding },
  { scale = 1, ...params }: { tokens: number; first: number; rows: number; columns: number; scale?: number },
): void {
  const elements = params.tokens * params.columns
  batch.run(kernel, {
    bindings,
    params: { ...params, scale },
    workgroups: spread(Math.ceil(elements / 64)),
    work: 4 * elements,
  })
}

/** The same on a whole table. */
export function reference(ids: ArrayLike<number>, table: ArrayLike<number>, columns: number, scale = 1): Float64Array {
  return Float64Array.from(
    { length: ids.length * columns },
    (_, at) => scale * table[ids[Math.floor(at / columns)] * columns + (at % columns)],
  )
}
