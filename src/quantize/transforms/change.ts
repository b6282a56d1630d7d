// A change of basis and scale, the common form of all transforms: W' = L W diag(t) Rᵀ, H' = R diag(1/t) H diag(1/t) Rᵀ,
// Ŵ = Lᵀ Ŵ' R diag(1/t), where LᵀL = I and RᵀR = I. Ŵ' = W' + E' is restored to Ŵ = W + E with tr(E H Eᵀ) =
// tr(E' H' E'ᵀ) where L is square; where it has more rows than columns, Lᵀ removes a part of E' and the loss is
// smaller than it looks inside.
// W [rows, columns], L [rows', rows], R [columns', columns], t [columns].
import type { GpuBuffer } from '../../gpu/buffer.ts'
import type { Gpu } from '../../gpu/gpu.ts'
import { bindableBytes, RowTiles } from '../../gpu/row-tiles.ts'
import { Scope } from '../../gpu/scope.ts'
import { butterfly, packedMatrix, type ButterflyShape } from '../../kernels/butterfly.ts'
import { mirror } from '../../kernels/mirror.ts'
import { scaleAxes } from '../../kernels/scale-axes.ts'
import { transpose } from '../../kernels/transpose.ts'
import { createHessian, type Hessian } from '../hessian.ts'
import type { Problem } from '../problem.ts'
import type { Transformed } from '../stage.ts'

/** One factor of L or R, on a vector seen as [outer, inputs, inner]; matrix [outputs, inputs]. */
export interface Factor extends ButterflyShape {
  matrix: Float64Array
}

/** L or R: signs, then factor after factor. */
export interface Mixing {
  inputs: number
  outputs: number
  /** ±1 [inputs] */
  signs: Float64Array
  factors: readonly Factor[]
}

export interface Change {
  left: Mixing
  right: Mixing
  /** t [columns], not 0. */
  scales: ArrayLike<number>
}

/** Leaves vectors as they are. */
export function unmixed(size: number): Mixing {
  return { inputs: size, outputs: size, signs: new Float64Array(size).fill(1), factors: [] }
}

/**
 * Diagonal entries of H' below this part of their mean are what float32 makes of 0: the sums over both axes err by a
 * few units in the last place of the mean.
 */
const NOTHING = 1e-6

/** The transformed problem on the GPU, with its way back. */
export async function changed(
  gpu: Gpu,
  problem: Problem,
  { left, right, scales }: Change,
  storedBits: number,
): Promise<Transformed> {
  const { rows, columns, weights, shift } = problem
  const multiplied = right.signs.map((sign, j) => sign * scales[j])
  const divided = right.signs.map((sign, j) => sign / scales[j])
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
    : forwardTiles(gpu, label, matrix, right, scales)
  const batch = gpu.batch('mirror')
  mirror(batch, { matrix: changed }, { columns: size })
  batch.flush()
  const hessian = createHessian(gpu, changed, size)
  try {
    const pairs = await gpu.readF32(hessian.diagonal)
    const alive = columnsAlive(Float64Array.from({ length: size }, (_, j) => pairs[2 * j]))
    if (alive.every(Boolean)) return hessian
    const cleaned = scaledTiles(gpu, label, changed, alive)
    hessian[Symbol.dispose]()
    return createHessian(gpu, cleaned, size)
  } catch (error) {
    hessian[Symbol.dispose]()
    throw error
  }
}

/** R diag(a) H diag(a) Rᵀ of a symmetric H in tiles: along the rows, turned round, and along the rows once more. */
function forwardTiles(gpu: Gpu, label: string, matrix: RowTiles, right: Mixing, scales: Float64Array): RowTiles {
  const { inputs, outputs } = right
  using scope = new Scope(gpu)
  const mixed = (rows: number, source: RowTiles, scaleOf: (first: number, count: number) => Both<Float64Array>) => {
    const result = scope.own(RowTiles.create(gpu, label, rows, outputs))
    for (const { first, rows: count, buffer } of result.tiles) {
      using band = source.band(gpu, first, count)
      using own = forward(
        gpu,
        label,
        band,
        { rows: count, columns: inputs },
        [unmixed(count), right],
        scaleOf(first, count),
      )
      gpu.batch(label).copy(own, 0, buffer, 0, buffer.bytes).flush()
    }
    return result
  }
  const half = mixed(inputs, matrix, (first, count) => [scales.subarray(first, first + count), scales])
  const turned = scope.own(RowTiles.create(gpu, label, outputs, inputs))
  const batch = gpu.batch('turn round')
  transpose(batch, { x: half, y: turned }, { rows: outputs, columns: inputs })
  batch.flush()
  scope.release(half)[Symbol.dispose]()
  const ones = (count: number) => new Float64Array(count).fill(1)
  return scope.release(mixed(outputs, turned, (_, count) => [ones(count), ones(inputs)]))
}

/** diag(a) H diag(a), tile by tile; the caller owns the tiles. */
function scaledTiles(gpu: Gpu, label: string, matrix: RowTiles, scales: Float64Array): RowTiles {
  const result = RowTiles.create(gpu, label, matrix.rows, matrix.stride)
  const right = scales
  for (const { first, rows, buffer } of result.tiles) {
    const left = scales.subarray(first, first + rows)
    using own = scaled(gpu, label, matrix.at(first).buffer, { rows, columns: matrix.stride }, [left, right])
    gpu.batch(label).copy(own, 0, buffer, 0, buffer.bytes).flush()
  }
  return result
}

/** 1 for columns with inputs, 0 for those that are nothing but rounding. */
function columnsAlive(diagonal: Float64Array): Float64Array {
  const mean = diagonal.reduce((sum, h) => sum + h, 0) / diagonal.length
  return diagonal.map((h) => (h <= NOTHING * mean ? 0 : 1))
}

type Both<T> = readonly [left: T, right: T]
type Size = Pick<Problem, 'rows' | 'columns'>

/** L diag(a) X diag(b) Rᵀ of X [rows, columns]; the caller owns the buffer. */
function forward(
  gpu: Gpu,
  label: string,
  source: GpuBuffer,
  size: Size,
  [left, right]: Both<Mixing>,
  scales: Both<Float64Array>,
): GpuBuffer {
  using scope = new Scope(gpu)
  const first = scope.own(scaled(gpu, label, source, size, scales))
  const result = passes(gpu, label, first, [
    ...right.factors.map((factor) => ({ ...factor, outer: size.rows * factor.outer })),
    ...left.factors.map((factor) => ({ ...factor, inner: factor.inner * right.outputs })),
  ])
  return result === first ? scope.release(first) : result
}

/** diag(a) Lᵀ Y R diag(b) of Y; the caller owns both buffers. */
function backward(gpu: Gpu, source: GpuBuffer, [left, right]: Both<Mixing>, scales: Both<Float64Array>): GpuBuffer {
  using scope = new Scope(gpu)
  const label = 'restored weights'
  const result = passes(gpu, label, source, [
    ...right.factors
      .map(transposed)
      .reverse()
      .map((factor) => ({ ...factor, outer: left.outputs * factor.outer })),
    ...left.factors
      .map(transposed)
      .reverse()
      .map((factor) => ({ ...factor, inner: factor.inner * right.inputs })),
  ])
  if (result !== source) scope.own(result)
  return scaled(gpu, label, result, { rows: left.inputs, columns: right.inputs }, scales)
}

/** One pass per factor; gives `source` itself where there is none. Keeps two buffers at a time. */
function passes(gpu: Gpu, label: string, source: GpuBuffer, factors: readonly Factor[]): GpuBuffer {
  using scope = new Scope(gpu)
  let result = source
  for (const factor of factors) {
    const next = scope.buffer(label, 4 * factor.outer * factor.outputs * factor.inner)
    using matrix = gpu.upload('factor', packedMatrix(factor.matrix, factor))
    const batch = gpu.batch('change of basis')
    butterfly(batch, { x: result, matrix, y: next }, factor)
    batch.flush()
    if (result !== source) scope.release(result)[Symbol.dispose]()
    result = next
  }
  return result === source ? source : scope.release(result)
}

function transposed({ outer, inputs, outputs, inner, matrix }: Factor): Factor {
  const turned = Float64Array.from(matrix, (_, at) => matrix[(at % outputs) * inputs + Math.floor(at / outputs)])
  return { outer, inputs: outputs, outputs: inputs, inner, matrix: turned }
}

/** diag(a) X diag(b) of X [rows, columns]; the caller owns the buffer. */
function scaled(gpu: Gpu, label: string, x: GpuBuffer, size: Size, [a, b]: Both<Float64Array>): GpuBuffer {
  using scope = new Scope(gpu)
  const [left, right] = [a, b].map((scales) => scope.upload('scales', Float32Array.from(scales)))
  const y = scope.buffer(label, 4 * size.rows * size.columns)
  const batch = gpu.batch('scale')
  scaleAxes(batch, { x, left, right, y }, size)
  batch.flush()
  return scope.release(y)
}
