// Codes of the levels nearest to the weights: clamp(round(w / scale) + zero, 0, top), the quotient in float32, half to
// even.
import code from '../../shaders/nearest.wgsl?raw'
import codeOf from '../../shaders/shared/code.wgsl?raw'
import divide from '../../shaders/shared/divide.wgsl?raw'
import { spread, type Batch, type Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { rowLanes } from './lanes.ts'
import { nearestCode } from '../math/round.ts'

export const kernel = defineKernel({
  name: 'nearest',
  code: code + codeOf + divide,
  bindings: { weights: 'read', scales: 'read', zeros: 'read', codes: 'read_write' },
  params: { rows: 'u32', columns: 'u32', width: 'u32', groups: 'u32', top: 'f32' },
})

export interface LevelShape {
  rows: number
  columns: number
  /** Columns of a group. */
  width: number
  groups: number
  bits: number
}

/** Records codes [rows, columns] of weights [rows, columns] on levels [rows, groups]. */
export function nearest(
  batch: Batch,
  bindings: { weights: Binding; scales: Binding; zeros: Binding; codes: Binding },
  shape: LevelShape,
): void {
  const { rows, columns, width, groups, bits } = shape
  batch.run(kernel, {
    bindings,
    params: { rows, columns, width, groups, top: 2 ** bits - 1 },
    workgroups: spread(rows),
    overrides: { LANES: rowLanes(batch) },
    work: rows * columns,
  })
}

/** The same for float32 numbers; the quotient is rounded to float32 as the definition asks. */
export function reference(
  weights: ArrayLike<number>,
  scales: ArrayLike<number>,
  zeros: ArrayLike<number>,
  { rows, columns, width, groups, bits }: LevelShape,
): Uint8Array {
  const codes = new Uint8Array(rows * columns)
  for (let row = 0; row < rows; row++)
    for (let j = 0; j < columns; j++) {
      const level = row * groups + Math.floor(j / width)
      const quotient = Math.fround(weights[row * columns + j] / scales[level])
      codes[row * columns + j] = nearestCode(quotient, zeros[level], 2 ** bits - 1)
    }
  return codes
}
