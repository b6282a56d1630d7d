// The Hessian of a layer's inputs on the GPU, with what solvers derive from it; layers that share an input share it.
import type { GpuBuffer } from '../gpu/buffer.ts'

/** H = XᵀX / tokens, undamped. */
export interface Hessian extends Disposable {
  columns: number
  /** f32 [columns, columns], both triangles. */
  matrix: GpuBuffer
}
