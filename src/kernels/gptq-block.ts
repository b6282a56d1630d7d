// A block of steps of GPTQ in LDLQ form: ŵ_t = nearest level to w_t + Σ_s (w − ŵ)_s M[s, t] (Frantar et al. 2022;
// QuIP's equivalence).
import code from '../../shaders/gptq-block.wgsl?raw'
import codeOf from '../../shaders/shared/code.wgsl?raw'
import divide from '../../shaders/shared/divide.wgsl?raw'
import { spread, type Batch, type Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { tileAt, type Tiled } from '../gpu/row-tiles.ts'
import { nearestCode } from '../math/round.ts'
import type { LevelShape } from './nearest.ts'
import { padded } from './rank-update.ts'

export const kernel = defineKernel({
  name: 'gptq-block',
  code: code + codeOf + divide,
  bindings: {
    weights: 'read',
    order: 'read',
    scales: 'read',
    zeros: 'read',
    feedback: 'read',
    correction: 'read',
    codes: 'read_write',
    errors: 'read_write',
  },
  params: {
    rows: 'u32',
    columns: 'u32',
    width: 'u32',
    groups: 'u32',
    top: 'f32',
    start: 'u32',
    size: 'u32',
    stride: 'u32',
    row_stride: 'u32',
    first: 'u32',
  },
})

export interface GptqBlock extends LevelShape {
  /** First step of the block, a multiple of 4, and number of its steps, at most BLOCK. */
  start: number
  size: number
}

/**
 * Records the block's codes u32 [rows, columns] and errors f32 [size, padded(rows)] = w − ŵ. weights f32 [rows,
 * columns]; order u32 [columns]; scales, zeros f32 [rows, groups]; feedback f32 [columns, padded(columns)]; correction
 * f32 [columns, padded(rows)], the feedback of earlier blocks.
 */
export function gptqBlock(
  batch: Batch,
  bindings: {
    weights: Binding
    order: Binding
    scales: Binding
    zeros: Binding
    feedback: Tiled
    correction: Binding
    codes: Binding
    errors: Binding
  },
  { rows, columns, width, groups, bits, start, size }: GptqBlock,
  lanes = 16,
): void {
  const { first, binding: feedback } = tileAt(bindings.feedback, start, size)
  batch.run(kernel, {
    bindings: { ...bindings, feedback },
    params: {
      rows,
      columns,
      width,
      groups,
      top: 2 ** bits - 1,
      start,
      size,
      stride: padded(columns),
      row_stride: padded(rows),
      first,
    },
    workgroups: spread(Math.ceil(rows / lanes)),
    overrides: { LANES: lanes },
    work: rows * size * (size / 2 + 16),
  })
}

/** The block's codes and errors in float64; codes of other columns are 0. */
export function reference(
  given: {
    weights: ArrayLike<number>
    order: ArrayLike<number>
    scales: ArrayLike<number>
    zeros: ArrayLike<number>
    feedback: ArrayLike<number>
    correction: ArrayLike<number>
  },
  { rows, columns, width, groups, bits, start, size }: GptqBlock,
): { codes: Uint8Array; errors: Float64Array } {
  const codes = new Uint8Array(rows * columns)
  const errors = new Float64Array(size * rows)
  for (let row = 0; row < rows; row++)
    for (let k = 0; k < size; k++) {
      const t = start + k
      const column = given.order[t]
      const level = row * groups + Math.floor(column / width)
      const [scale, zero, w] = [given.scales[level], given.zeros[level], given.weights[row * columns + column]]
      let wanted = w + given.correction[t * rows + row]
      for (let s = 0; s < k; s++) wanted += errors[s * rows + row] * given.feedback[(start + s) * columns + t]
      const live = given.feedback[t * columns + t] !== 0
      const code = nearestCode(live ? wanted / scale : 0, zero, 2 ** bits - 1)
      codes[row * columns + column] = code
      errors[k * rows + row] = live ? w - scale * (code - zero) : 0
    }
  return { codes, errors }
}
