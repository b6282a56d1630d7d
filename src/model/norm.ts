// A normalisation with its weights on the GPU.
import type { Checkpoint } from '../formats/checkpoint.ts'
import type { Batch } from '../gpu/batch.ts'
import type { GpuBuffer } from '../gpu/buffer.ts'
import type { Scope } from '../gpu/scope.ts'
import { layernorm } from '../kernels/layernorm.ts'
import { rmsnorm } from '../kernels/rmsnorm.ts'
import type { Norm } from './design.ts'

/** Records y = norm(x), or y += norm(x): both [rows, columns]; with weights per head the rows are those of heads. */
export type LoadedNorm = (batch: Batch, x: GpuBuffer, y: GpuBuffer, rows: number, accumulate?: boolean) => void

/** `scope` owns the weights. */
export async function loadNorm(scope: Scope, checkpoint: Checkpoint, norm: Norm): Promise<LoadedNorm> {
  const { kind, columns, epsilon, plusOne } = norm
  const names = [norm.weight].flat()
  const numbers = new Float32Array(names.length * columns)
  for (const [i, name] of names.entries()) numbers.set(await checkpoint.floats(name), i * columns)
  const weight = scope.upload(names[0], plusOne ? numbers.map((value) => 1 + value) : numbers)
  if (kind === 'rms')
    return (batch, x, y, rows, accumulate = false) =>
      rmsnorm(batch, { x, weight, y }, { tokens: rows, columns, epsilon, accumulate })
  const bias = scope.upload(
    norm.bias ?? 'no bias',
    norm.bias === undefined ? new Float32Array(numbers.length) : await checkpoint.floats(norm.bias),
  )
  const period = names.length
  return (batch, x, y, rows, accumulate = false) =>
    layernorm(batch, { x, weight, bias, y }, { rows, columns, period, epsilon, accumulate })
}
