// GPTQ (Frantar et al. 2022) in its LDLQ form (QuIP, Chee et al. 2023, Theorem 6: the same codes from one Cholesky
// factorisation and no inverse): in the order of processing, ŵ_t = nearest level to w_t + Σ_{s<t} (w − ŵ)_s M[s, t],
// H + damping = C Cᵀ, M = C diag(1/diag C) − I.
// Orders: ../order.ts. Static grids; dead columns take no part and get the code of 0. Per layer columns² · rows / 2
// multiply-adds, and columns³ / 6 per Hessian.
import { InputError } from '../../formats/errors.ts'
import { BLOCK } from '../../kernels/cholesky-block.ts'
import { gptqBlock } from '../../kernels/gptq-block.ts'
import { padded, rankUpdate } from '../../kernels/rank-update.ts'
import { choleskyUpper, invert } from '../../math/linear.ts'
import { nearestCode } from '../../math/round.ts'
import { tileAt } from '../../gpu/row-tiles.ts'
import { Scope } from '../../gpu/scope.ts'
import { dampings } from '../factor.ts'
import { orders, referenceOrder, type Order } from '../order.ts'
import { choice, real } from '../options.ts'
import { Paced } from '../paced.ts'
import type { ReferenceLevels, ReferenceProblem } from '../problem.ts'
import type { Step } from '../stage.ts'

const options = {
  order: choice('natural', orders, 'Column order'),
  damp: real(0.01, 0, 1, 'Damping, a fraction of the mean diagonal of H'),
}

export const gptq: Step<typeof options> = {
  name: 'gptq',
  title: 'GPTQ',
  summary: 'Rounds column after column and lets the columns to come make up for the error.',
  formula: 'ŵ_t = nearest level to w_t + Σ_{s<t} (w − ŵ)_s M[s, t], H + λI = C Cᵀ, M = C diag(1 / diag C) − I',
  source: {
    text: 'Frantar et al. 2022, algorithm 1, in the form of Chee et al. 2023, theorem 6',
    url: 'https://arxiv.org/abs/2210.17323',
  },
  refines: false,
  descends: false,
  ignoresShift: true,
  options,
  reference,
  async *run({ gpu, problem, levels, codes, measure }, { order, damp }) {
    const { rows, columns, weights, hessian } = problem
    const { width, groups, bits, scales, zeros } = levels
    const factor = yield* hessian.factoring(order, damp, width)
    using scope = new Scope(gpu)
    const [stride, rowStride] = [padded(columns), padded(rows)]
    const correction = scope.buffer('correction', 4 * columns * rowStride)
    const errors = scope.buffer('errors', 4 * BLOCK * rowStride)
    const paced = new Paced(gpu, 'gptq')
    const { batch } = paced
    batch.clear(correction)
    const { feedback } = factor
    for (let start = 0; start < columns; start += BLOCK) {
      const size = Math.min(BLOCK, columns - start)
      const end = start + size
      const buffers = { weights, order: factor.order, scales, zeros, feedback, correction, codes, errors }
      gptqBlock(batch, buffers, { rows, columns, width, groups, bits, start, size })
      const { first, binding } = tileAt(feedback, start, size)
      const left = { binding, offset: (start - first) * stride + end, stride }
      const right = { binding: errors, offset: 0, stride: rowStride }
      const result = { binding: correction, offset: end * rowStride, stride: rowStride }
      const update = { rows: columns - end, columns: rows, depth: size, sign: 1, upper: false } as const
      rankUpdate(batch, { left, right, result }, update)
      yield* paced.after(update.rows * rows * size)
    }
    batch.flush()
    measure.changed()
    return { moves: 0, damping: factor.damping }
  },
}

/**
 * As the paper reads: U upper with UᵀU = H⁻¹; every column's error, divided by U_tt, is taken from the columns to come.
 */
function reference(
  { rows, columns, weights, hessian }: ReferenceProblem,
  { scales, zeros, width, groups, bits }: ReferenceLevels,
  _codes: Uint8Array | undefined,
  { order, damp }: { order: Order; damp: number },
) {
  const diagonal = Float64Array.from({ length: columns }, (_, j) => hessian[j * (columns + 1)])
  const mean = diagonal.reduce((sum, h) => sum + h, 0) / columns
  const steps = referenceOrder(hessian, columns, order, { damping: damp * mean, width })
  const damping: number[] = []
  let U: Float64Array | undefined
  for (const fraction of dampings(damp)) {
    damping.push(fraction)
    const H = Float64Array.from({ length: columns * columns }, (_, at) => {
      const [i, j] = [steps[Math.floor(at / columns)], steps[at % columns]]
      const live = diagonal[i] > 0 ? hessian[i * columns + i] + fraction * mean : 1
      return i === j ? live : hessian[i * columns + j]
    })
    const inverse = invert(H, columns)
    U = inverse && choleskyUpper(inverse, columns)
    if (U) break
  }
  if (!U)
    throw new InputError(
      `the Hessian of ${columns} columns is not positive definite with a damping of ${damping.at(-1)}`,
    )
  const codes = new Uint8Array(rows * columns)
  for (let row = 0; row < rows; row++) {
    const w = Array.from(steps, (j) => weights[row * columns + j])
    for (let t = 0; t < columns; t++) {
      const level = row * groups + Math.floor(steps[t] / width)
      const live = diagonal[steps[t]] > 0
      const code = nearestCode(live ? w[t] / scales[level] : 0, zeros[level], 2 ** bits - 1)
      const error = live ? (w[t] - scales[level] * (code - zeros[level])) / U[t * columns + t] : 0
      for (let k = t; k < columns; k++) w[k] -= error * U[t * columns + k]
      codes[row * columns + steps[t]] = code
    }
  }
  return { codes, moves: 0, damping }
}
