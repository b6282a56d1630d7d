// ŵ = scale · (code − zero) from packed codes.
import code from '../../shaders/dequantize.wgsl?raw'
import { spread, type Batch, type Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import type { LevelShape } from './nearest.ts'
import { packedWords } from './pack-codes.ts'

export const kernel = defineKernel({
  name: 'dequantize',
  code,
  bindings: { packed: 'read', scales: 'read', zeros: 'read', weights: 'read_write' },
  params: { rows: 'u32', columns: 'u32', width: 'u32', groups: 'u32', bits: 'u32', words: 'u32' },
})

/** Records weights f32 [rows, columns] of packed u32 [rows, words], scales and zeros f32 [rows, groups]. */
export function dequantize(
  batch: Batch,
  bindings: { packed: Binding; scales: Binding; zeros: Binding; weights: Binding },
  { rows, columns, width, groups, bits }: LevelShape,
): void {
  batch.run(kernel, {
    bindings,
    params: { rows, columns, width, groups, bits, words: packedWords(columns, bits) },
    workgroups: spread(Math.ceil((rows * columns) / 64)),
    work: rows * columns,
  })
}

/** The same in float64 from codes [rows, columns]. */
export function reference(
  codes: ArrayLike<number>,
  scales: ArrayLike<number>,
  zeros: ArrayLike<number>,
  { rows, columns, width, groups }: Omit<LevelShape, 'bits'>,
): Float64Array {
  return Float64Array.from({ length: rows * columns }, (_, at) => {
    const level = Math.floor(at / columns) * groups + Math.floor((at % columns) / width)
    return scales[level] * (codes[at] - zeros[level])
  })
}
