// One factor of a fast transform (Walsh–Hadamard, Hartley, a frame): a small matrix along the middle axis of a tensor.
// A transform of n = n₁ · n₂ · … is one such pass for every factor, n · Σ nᵢ multiply-adds a vector instead of n².
import code from '../../shaders/butterfly.wgsl?raw'
import { spread, type Batch, type Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'

export const kernel = defineKernel({
  name: 'butterfly',
  code,
  bindings: { x: 'read', matrix: 'read', y: 'read_write' },
  params: { start: 'u32', end: 'u32', outer: 'u32', inputs: 'u32', outputs: 'u32', inner: 'u32' },
})

export interface ButterflyShape {
  outer: number
  inputs: number
  outputs: number
  inner: number
}

/**
 * Records y [outer, outputs, inner] of x [outer, inputs, inner] and `packedMatrix`, cut so that no dispatch exceeds
 * what one submit may hold.
 */
export function butterfly(
  batch: Batch,
  bindings: { x: Binding; matrix: Binding; y: Binding },
  { outer, inputs, outputs, inner }: ButterflyShape,
): void {
  const threads = Math.ceil((outer * inner) / 4) * Math.ceil(outputs / 4)
  const piece = 64 * Math.max(1, Math.floor(batch.gpu.workPerSubmit / (1024 * inputs)))
  for (let start = 0; start < threads; start += piece) {
    const end = Math.min(threads, start + piece)
    batch.run(kernel, {
      bindings,
      params: { start, end, outer, inputs, outputs, inner },
      workgroups: spread(Math.ceil((end - start) / 64)),
      work: 16 * (end - start) * inputs,
    })
  }
}

type MatrixShape = Pick<ButterflyShape, 'inputs' | 'outputs'>

/** Bytes of `packedMatrix`. */
export const packedBytes = ({ inputs, outputs }: MatrixShape) => 16 * inputs * Math.ceil(outputs / 4)

/** A [outputs, inputs] as the kernel reads it: [inputs, outputs padded to a multiple of 4]. */
export function packedMatrix(matrix: ArrayLike<number>, { inputs, outputs }: MatrixShape): Float32Array<ArrayBuffer> {
  const stride = 4 * Math.ceil(outputs / 4)
  return Float32Array.from({ length: inputs * stride }, (_, at) => {
    const [j, i] = [Math.floor(at / stride), at % stride]
    return i < outputs ? matrix[i * inputs + j] : 0
  })
}

/** The same in float64; matrix [outputs, inputs]. */
export function reference(
  x: ArrayLike<number>,
  matrix: ArrayLike<number>,
  { outer, inputs, outputs, inner }: ButterflyShape,
): Float64Array {
  const y = new Float64Array(outer * outputs * inner)
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < outputs; i++)
      for (let j = 0; j < inputs; j++)
        for (let k = 0; k < inner; k++)
          y[(o * outputs + i) * inner + k] += matrix[i * inputs + j] * x[(o * inputs + j) * inner + k]
  return y
}
