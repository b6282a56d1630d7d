// Transposes a matrix of 4-byte words.
import code from '../../shaders/transpose.wgsl?raw'
import { spread, type Batch, type Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'

export const kernel = defineKernel({
  name: 'transpose',
  code,
  bindings: { words: 'read', transposed: 'read_write' },
  params: { rows: 'u32', columns: 'u32' },
})

/** Records transposed [columns, rows] of words [rows, columns]. */
export function transpose(
  batch: Batch,
  bindings: { words: Binding; transposed: Binding },
  params: { rows: number; columns: number },
): void {
  batch.run(kernel, {
    bindings,
    params,
    workgroups: spread(Math.ceil((params.rows * params.columns) / 64)),
    work: params.rows * params.columns,
  })
}

export function reference(words: ArrayLike<number>, rows: number, columns: number): number[] {
  const transposed: number[] = []
  for (let j = 0; j < columns; j++) for (let i = 0; i < rows; i++) transposed.push(words[i * columns + j])
  return transposed
}
