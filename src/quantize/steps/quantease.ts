// QuantEase as its authors' code runs it (Behdin et al. 2023, algorithm 1; quantease.py of linkedin/QuantEase): from
// the unquantized weights, sweep after sweep, every column is set to where it alone would lie best, ŵ_j − G_j / H_jj
// with G = (Ŵ − W) H, rounded to the nearest level; in sweeps 1, 4, 7 … 25 (from 0, but for the last) it is not rounded.
// Undamped H. Not a descent: the relaxed sweeps leave the grid. With one sweep it begins cyclic descent from the weights.
// Dead columns keep the level nearest to their weight. Per layer and sweep 1.5 · rows · columns² multiply-adds.
import { RowTiles, tileAt } from '../../gpu/row-tiles.ts'
import { Scope } from '../../gpu/scope.ts'
import { BLOCK } from '../../kernels/cholesky-block.ts'
import { damped } from '../../kernels/damped.ts'
import { nearest } from '../../kernels/nearest.ts'
import { quantEaseBlock } from '../../kernels/quantease-block.ts'
import { padded, rankUpdate } from '../../kernels/rank-update.ts'
import { nearestCode } from '../../math/round.ts'
import { choice, flag, integer } from '../options.ts'
import { orderOf } from '../order.ts'
import { Paced } from '../paced.ts'
import type { ReferenceLevels, ReferenceProblem } from '../problem.ts'
import type { Step } from '../stage.ts'

const options = {
  sweeps: integer(30, 1, 1000, 'Sweeps'),
  relaxed: flag(true, 'Every third sweep unquantized'),
  order: choice('natural', ['natural', 'activation'], 'Column order'),
}

/** The last sweep that may be relaxed. */
const LAST_RELAXED = 25

function isRelaxed(sweep: number, { sweeps, relaxed }: { sweeps: number; relaxed: boolean }): boolean {
  return relaxed && sweep % 3 === 1 && sweep <= LAST_RELAXED && sweep !== sweeps - 1
}

export const quantease: Step<typeof options> = {
  name: 'quantease',
  title: 'QuantEase',
  summary: 'Sweeps over the columns from the unquantized weights on, every third sweep without rounding.',
  formula: 'ŵ_j ← nearest level to ŵ_j − (E H)_j / H_jj, for j = 1 … columns, from Ŵ = W; every third sweep unrounded',
  source: { text: 'Behdin et al. 2023 (QuantEase), algorithm 1', url: 'https://arxiv.org/abs/2309.01885' },
  refines: false,
  descends: false,
  options,
  reference,
  async *run({ gpu, problem, levels, codes, measure }, values) {
    const { rows, columns, hessian } = problem
    const { width, groups, bits, scales, zeros } = levels
    const order = await hessian.order(values.order)
    using scope = new Scope(gpu)
    const [stride, rowStride] = [padded(columns), padded(rows)]
    const weights = scope.buffer('moving weights', 4 * rows * columns)
    const matrix = scope.own(RowTiles.create(gpu, 'ordered hessian', columns, stride))
    const correction = scope.buffer('correction', 4 * columns * rowStride)
    const changes = scope.buffer('changes', 4 * BLOCK * rowStride)
    const given = { product: measure.product, order: scope.upload('order', order), scales, zeros, matrix, correction }
    const start = gpu.batch('quantease start')
    start.copy(problem.weights, 0, weights, 0, weights.bytes)
    // `damped` turns its order round.
    const reversed = scope.upload('reversed order', order.slice().reverse())
    const pivots = scope.buffer('pivots', 4 * columns)
    const { diagonal } = hessian
    const undamped = { columns, stride, damping: 0 }
    damped(start, { matrix: hessian.matrix, diagonal, order: reversed, damped: matrix, pivots }, undamped)
    start.flush()
    measure.changed()
    const paced = new Paced(gpu, 'quantease')
    const { batch } = paced
    for (let sweep = 0; sweep < values.sweeps; sweep++) {
      // G from scratch for every sweep.
      await measure.objectiveOf(weights)
      yield []
      batch.clear(correction)
      for (let first = 0; first < columns; first += BLOCK) {
        const size = Math.min(BLOCK, columns - first)
        const end = first + size
        const shape = { rows, columns, width, groups, bits, start: first, size, relaxed: isRelaxed(sweep, values) }
        quantEaseBlock(batch, { ...given, weights, changes }, shape)
        const tile = tileAt(matrix, first, size)
        const left = { binding: tile.binding, offset: (first - tile.first) * stride + end, stride }
        const right = { binding: changes, offset: 0, stride: rowStride }
        const result = { binding: correction, offset: end * rowStride, stride: rowStride }
        const update = { rows: columns - end, columns: rows, depth: size, sign: 1, upper: false } as const
        rankUpdate(batch, { left, right, result }, update)
        yield* paced.after(update.rows * rows * size)
      }
      batch.flush()
    }
    nearest(batch, { weights, codes, scales, zeros }, { rows, columns, width, groups, bits })
    batch.flush()
    measure.changed()
    return { moves: 0 }
  },
}

/** In the matrices of the authors' code: Σ̃ = H with every column divided by its diagonal, P = W Σ̃, P̂ = Ŵ Σ̃. */
function reference(
  { rows, columns, weights, hessian }: ReferenceProblem,
  { scales, zeros, width, groups, bits }: ReferenceLevels,
  _codes: Uint8Array | undefined,
  values: { sweeps: number; relaxed: boolean; order: 'natural' | 'activation' },
) {
  const diagonal = Float64Array.from({ length: columns }, (_, j) => hessian[j * (columns + 1)])
  const order = orderOf(diagonal, values.order)
  const codes = new Uint8Array(rows * columns)
  for (let row = 0; row < rows; row++) {
    const w = weights.subarray(row * columns, (row + 1) * columns)
    const moving = Float64Array.from(w)
    const nearestTo = (u: number, j: number) => {
      const level = row * groups + Math.floor(j / width)
      const code = nearestCode(u / scales[level], zeros[level], 2 ** bits - 1)
      codes[row * columns + j] = code
      return scales[level] * (code - zeros[level])
    }
    for (let sweep = 0; sweep < values.sweeps; sweep++)
      for (const j of order) {
        // P_j − P̂_j without the diagonal, by the weights as they are.
        let u = w[j]
        if (diagonal[j] > 0)
          for (let k = 0; k < columns; k++)
            if (k !== j) u += ((w[k] - moving[k]) * hessian[k * columns + j]) / diagonal[j]
        moving[j] = isRelaxed(sweep, values) ? u : nearestTo(u, j)
      }
  }
  return { codes, moves: 0 }
}
