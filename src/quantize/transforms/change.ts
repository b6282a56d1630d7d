// A change of basis and scale, the common form of all transforms: W' = L W diag(t) Rᵀ, H' = R diag(1/t) H diag(1/t) Rᵀ,
// Ŵ = Lᵀ Ŵ' R diag(1/t), where LᵀL = I and RᵀR = I. Ŵ' = W' + E' is restored to Ŵ = W + E with tr(E H Eᵀ) =
// tr(E' H' E'ᵀ) where L is square; where it has more rows than columns, Lᵀ removes a part of E' and the loss is
// smaller than it looks inside.
// W [rows, columns], L [rows', rows], R [columns', columns], t [columns].
import type { GpuBuffer } from '../../gpu/buffer.ts'
import type { Gpu } from '../../gpu/gpu.ts'
import { bindableBytes, RowTiles } from '../../gpu/row-tiles.ts'
import { Scope } from '../../gpu/scope.ts'
import { mirror } from '../../kernels/mirror.ts'
import { createHessian, type Hessian } from '../hessian.ts'
import type { Problem } from '../problem.ts'
import type { Transformed } from '../stage.ts'
import { backward, forward, unmixed, type Mixing } from './passes.ts'
import { alongRows, backwardTiles, forwardTiles, turnedTiles } from './tiled-passes.ts'

export interface Change {
  left: Mixing
  right: Mixing
  /** t [columns], not 0. */
  scales: ArrayLike<number>
  /** Bits that are stored to undo it. */
  storedBits: number
}

/**
 * Diagonal entries of H' below this part of their mean are what float32 makes of 0: the sums over both axes err by a
 * few units in the last place of the mean.
 */
const NOTHING = 1e-6

/** What columns are multiplied by on the way to the right mixing, those of W and those of gradients and of H. */
function columnScales({ right, scales }: Change): { multiplied: Float64Array; divided: Float64Array } {
  return {
    multiplied: right.signs.map((sign, j) => sign * scales[j]),
    divided: right.signs.map((sign, j) => sign / scales[j]),
  }
}

/** The transformed problem on the GPU, with its way back. */
export async function changed(gpu: Gpu, problem: Problem, change: Change): Promise<Transformed> {
  const { rows, columns, weights, shift } = problem
  const { left, right, storedBits } = change
  const { multiplied, divided } = columnScales(change)
  const scope = new Scope(gpu)
  try {
    const sides = [left, right] as const
    const there = (label: string, source: GpuBuffer, columnScales: Float64Array) =>
      scope.own(forward(gpu, label, source, { rows, columns }, sides, [left.signs, columnScales]))
    const result: Problem = {
      rows: left.outputs,
      columns: right.outputs,
      weights: there('transformed weights', weights, multiplied),
      hessian: scope.own(await changedHessian(gpu, problem.hessian, right, divided)),
      ...(shift && { shift: there('transformed shift', shift, divided) }),
    }
    return {
      problem: result,
      storedBits,
      restore: (weights) => Promise.resolve(backward(gpu, weights, sides, [left.signs, divided])),
      [Symbol.dispose]: () => scope[Symbol.dispose](),
    }
  } catch (error) {
    scope[Symbol.dispose]()
    throw error
  }
}

/** A transformed problem whose rows no single binding holds. */
export interface ChangedTiles extends Disposable {
  rows: number
  columns: number
  weights: RowTiles
  hessian: Hessian
  shift: RowTiles | undefined
}

/** The same of W, and a shift, in tiles [rows, columns]; the caller owns the result. */
export async function changedTiles(
  gpu: Gpu,
  { weights, shift, hessian }: { weights: RowTiles; shift: RowTiles | undefined; hessian: Hessian },
  change: Change,
): Promise<ChangedTiles> {
  const { left, right } = change
  const { multiplied, divided } = columnScales(change)
  const scope = new Scope(gpu)
  try {
    const there = (label: string, source: RowTiles, columnScales: Float64Array) =>
      scope.own(forwardTiles(gpu, label, source, [left, right], [left.signs, columnScales]))
    return {
      rows: left.outputs,
      columns: right.outputs,
      weights: there('transformed weights', weights, multiplied),
      hessian: scope.own(await changedHessian(gpu, hessian, right, divided)),
      shift: shift && there('transformed shift', shift, divided),
      [Symbol.dispose]: () => scope[Symbol.dispose](),
    }
  } catch (error) {
    scope[Symbol.dispose]()
    throw error
  }
}

/** Ŵ [rows, columns] of Ŵ' in tiles; the caller owns both. */
export function restoredTiles(gpu: Gpu, weights: RowTiles, change: Change): RowTiles {
  const { left, right } = change
  return backwardTiles(gpu, 'restored weights', weights, [left, right], [left.signs, columnScales(change).divided])
}

async function changedHessian(gpu: Gpu, { matrix, columns }: Hessian, right: Mixing, scales: Float64Array) {
  const size = right.outputs
  const label = 'transformed hessian'
  const whole = matrix.whole && 4 * size * size <= bindableBytes(gpu.adapter)
  const both = [right, right] as const
  const changed = whole
    ? RowTiles.of(
        forward(gpu, label, matrix.tiles[0].buffer, { rows: columns, columns }, both, [scales, scales]),
        size,
        size,
      )
    : // Which is symmetric, so that nothing has to be turned back.
      turnedTiles(gpu, label, matrix, both, [scales, scales])
  const batch = gpu.batch('mirror')
  mirror(batch, { matrix: changed }, { columns: size })
  batch.flush()
  const hessian = createHessian(gpu, changed, size)
  try {
    const pairs = await gpu.readF32(hessian.diagonal)
    const alive = columnsAlive(Float64Array.from({ length: size }, (_, j) => pairs[2 * j]))
    if (alive.every(Boolean)) return hessian
    const cleaned = alongRows(gpu, label, changed, unmixed(size), [alive, alive])
    hessian[Symbol.dispose]()
    return createHessian(gpu, cleaned, size)
  } catch (error) {
    hessian[Symbol.dispose]()
    throw error
  }
}

/** 1 for columns with inputs, 0 for those that are nothing but rounding. */
function columnsAlive(diagonal: Float64Array): Float64Array {
  const mean = diagonal.reduce((sum, h) => sum + h, 0) / diagonal.length
  return diagonal.map((h) => (h <= NOTHING * mean ? 0 : 1))
}
