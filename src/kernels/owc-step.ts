// One group's turn in coordinate descent over the factors of a row's groups (CDQuant's weight clipping for groups): the
// factor with the smallest e_k H_kk e_kᵀ + 2 e_k · c, c = Σ over other groups of e_l H_lk; strict improvements only.
import code from '../../shaders/owc-step.wgsl?raw'
import codeOf from '../../shaders/shared/code.wgsl?raw'
import divide from '../../shaders/shared/divide.wgsl?raw'
import scale from '../../shaders/shared/scale.wgsl?raw'
import { spread, type Batch, type Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import type { ClipShape } from './clip-errors.ts'
import { reference as residualReference } from './clip-residual.ts'

export const kernel = defineKernel({
  name: 'owc-step',
  code: code + codeOf + scale + divide,
  bindings: {
    weights: 'read',
    scales: 'read',
    zeros: 'read',
    factors: 'read',
    errors: 'read',
    linear: 'read',
    residual: 'read_write',
    choices: 'read_write',
  },
  params: {
    rows: 'u32',
    columns: 'u32',
    width: 'u32',
    groups: 'u32',
    group: 'u32',
    height: 'u32',
    span: 'u32',
    count: 'u32',
    top: 'f32',
    half_precision: 'u32',
  },
})

export interface OwcShape extends ClipShape {
  /** The group whose turn it is. */
  group: number
  /** Columns of `linear`. */
  height: number
  /** Columns of `residual`. */
  span: number
}

/**
 * Records the turn: errors f32 [rows, groups, count] of e_k H_kk e_kᵀ, linear f32 [rows, height] of c, residual f32
 * [rows, span] of E, choices u32 [rows, groups]; the last two are changed.
 */
export function owcStep(
  batch: Batch,
  bindings: Record<'weights' | 'scales' | 'zeros' | 'factors' | 'errors' | 'linear' | 'residual' | 'choices', Binding>,
  { rows, columns, width, groups, group, height, span, count, bits, scaleType }: OwcShape,
): void {
  batch.run(kernel, {
    bindings,
    params: {
      rows,
      columns,
      width,
      groups,
      group,
      height,
      span,
      count,
      top: 2 ** bits - 1,
      half_precision: Number(scaleType === 'f16'),
    },
    workgroups: spread(Math.ceil(rows / 16)),
    work: 8 * count * rows * width,
  })
}

/** What every factor makes of the group's part of the loss, in float64: [rows, count]. */
export function reference(
  weights: ArrayLike<number>,
  scales: ArrayLike<number>,
  zeros: ArrayLike<number>,
  factors: ArrayLike<number>,
  errors: ArrayLike<number>,
  linear: ArrayLike<number>,
  shape: OwcShape,
): Float64Array {
  const { rows, columns, width, groups, group, height, count } = shape
  const start = group * width
  const end = Math.min(columns, start + width)
  const residual = residualReference(weights, scales, zeros, factors, { ...shape, start, end, first: 0, span: height })
  return Float64Array.from({ length: rows * count }, (_, at) => {
    const [row, k] = [Math.floor(at / count), at % count]
    let sum = errors[(row * groups + group) * count + k]
    for (let j = 0; j < end - start; j++) sum += 2 * linear[row * height + j] * residual[(k * rows + row) * height + j]
    return sum
  })
}
