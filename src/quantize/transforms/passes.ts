// The fast products that changes of basis are made of: a vector's signs or scales, then factor after factor along an axis.
import type { GpuBuffer } from '../../gpu/buffer.ts'
import type { Gpu } from '../../gpu/gpu.ts'
import { Scope } from '../../gpu/scope.ts'
import { butterfly, packedMatrix, type ButterflyShape } from '../../kernels/butterfly.ts'
import { scaleAxes } from '../../kernels/scale-axes.ts'
import type { Problem } from '../problem.ts'

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

/** Leaves vectors as they are. */
export function unmixed(size: number): Mixing {
  return { inputs: size, outputs: size, signs: new Float64Array(size).fill(1), factors: [] }
}

export type Both<T> = readonly [left: T, right: T]
export type Size = Pick<Problem, 'rows' | 'columns'>

/** L diag(a) X diag(b) Rᵀ of X [rows, columns]; the caller owns the buffer. */
export function forward(
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
export function backward(
  gpu: Gpu,
  source: GpuBuffer,
  [left, right]: Both<Mixing>,
  scales: Both<Float64Array>,
): GpuBuffer {
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

export function transposed({ outer, inputs, outputs, inner, matrix }: Factor): Factor {
  const turned = Float64Array.from(matrix, (_, at) => matrix[(at % outputs) * inputs + Math.floor(at / outputs)])
  return { outer, inputs: outputs, outputs: inputs, inner, matrix: turned }
}

/** diag(a) X diag(b) of X [rows, columns]; the caller owns the buffer. */
export function scaled(gpu: Gpu, label: string, x: GpuBuffer, size: Size, [a, b]: Both<Float64Array>): GpuBuffer {
  using scope = new Scope(gpu)
  const [left, right] = [a, b].map((scales) => scope.upload('scales', Float32Array.from(scales)))
  const y = scope.buffer(label, 4 * size.rows * size.columns)
  const batch = gpu.batch('scale')
  scaleAxes(batch, { x, left, right, y }, size)
  batch.flush()
  return scope.release(y)
}
