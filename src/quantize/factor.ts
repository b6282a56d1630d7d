// Blocked Cholesky factorisation of a damped Hessian on the GPU, and from it the feedback matrix of GPTQ in LDLQ form.
// No inverse and one factorisation: columns³ / 6 multiply-adds (see kernels/feedback.ts for the algebra), three matrices
// of columns² words at a time.
import { InputError } from '../formats/errors.ts'
import type { GpuBuffer } from '../gpu/buffer.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { RowTiles } from '../gpu/row-tiles.ts'
import { Scope } from '../gpu/scope.ts'
import { BLOCK, choleskyBlock } from '../kernels/cholesky-block.ts'
import { choleskyPanel } from '../kernels/cholesky-panel.ts'
import { damped } from '../kernels/damped.ts'
import { feedback } from '../kernels/feedback.ts'
import { padded, rankUpdateTiles } from '../kernels/rank-update.ts'
import { Paced, type Stoppable } from './paced.ts'

/** Damping is raised by this much while the factorisation fails, up to the last one tried. */
const DAMP_STEP = 0.01
const LAST_DAMP = 1

/** The feedback of one column order and the damping it took. */
export interface Factor extends Disposable {
  /** f32 [columns, padded(columns)]: M[s, t] for s < t in processing order; the diagonal is 1, 0 for dead columns. */
  feedback: RowTiles
  /** u32 [columns]: column of every step. */
  order: GpuBuffer
  /** Every damping tried, fractions of mean diag H; the last one worked. */
  damping: number[]
}

interface FactorInput {
  columns: number
  matrix: RowTiles
  /** f32 [columns, 2]: h, 1 / h */
  diagonal: GpuBuffer
  order: GpuBuffer
  /** Mean of diag H, zeros of dead columns included. */
  mean: number
  damp: number
}

/** Dampings tried in order: damp, damp + 0.01, … up to 1. */
export function* dampings(damp: number): Generator<number> {
  yield damp
  for (let k = 1; ; k++) {
    // Rounded, so that 0.01 + 0.01 + … is printed as it is meant.
    const next = Number((damp + k * DAMP_STEP).toFixed(10))
    if (next > LAST_DAMP + 1e-9) return
    yield next
  }
}

/**
 * Factorises H + damp · mean(diag H) · I, with more damping while that is not positive definite. Pauses as it goes.
 * @throws InputError when even the last damping fails.
 */
export async function* factorise(
  gpu: Gpu,
  { columns, matrix, diagonal, order, mean, damp }: FactorInput,
): Stoppable<Factor> {
  using scope = new Scope(gpu)
  const stride = padded(columns)
  const factor = scope.own(RowTiles.create(gpu, 'factor', columns, stride))
  const pivots = scope.buffer('pivots', 4 * columns)
  const panel = scope.buffer('panel', 4 * BLOCK * stride)
  const failed = scope.buffer('failed', 4)
  const result = scope.own(RowTiles.create(gpu, 'feedback', columns, stride))
  const tried: number[] = []
  let place = 0
  for (const fraction of dampings(damp)) {
    tried.push(fraction)
    const paced = new Paced(gpu, 'factorise')
    const { batch } = paced
    batch.clear(failed)
    damped(batch, { matrix, diagonal, order, damped: factor, pivots }, { columns, stride, damping: fraction * mean })
    for (let start = 0; start < columns; start += BLOCK) {
      const size = Math.min(BLOCK, columns - start)
      const rest = columns - start - size
      choleskyBlock(batch, { matrix: factor, pivots, failed }, { stride, start, size }, gpu.adapter.software ? 1 : 32)
      choleskyPanel(batch, { matrix: factor, panel }, { columns, stride, start, size })
      const part = { binding: panel, offset: start + size, stride }
      const corner = { matrix: factor, row: start + size, column: start + size, stride }
      rankUpdateTiles(
        batch,
        { left: part, right: part, result: corner },
        { rows: rest, columns: rest, depth: size, sign: -1, upper: true },
      )
      yield* paced.after((rest * (rest + 2 * size) * size) / 2)
    }
    feedback(batch, { factor, diagonal, order, feedback: result }, { columns, stride })
    batch.flush()
    place = (await gpu.readU32(failed))[0]
    if (place === 0) {
      scope.release(result)
      return { feedback: result, order, damping: tried, [Symbol.dispose]: () => result[Symbol.dispose]() }
    }
  }
  throw new InputError(
    `the Hessian of ${columns} columns is not positive definite even with a damping of ${tried.at(-1)} ` +
      `of its mean diagonal (${tried.length} tried, the last failed at step ${columns - place})`,
  )
}
