// The linear layers of a block on the GPU, fused ones taken apart into what attention and feed-forward want of them.
import type { Checkpoint } from '../formats/checkpoint.ts'
import type { Batch } from '../gpu/batch.ts'
import type { GpuBuffer } from '../gpu/buffer.ts'
import type { Gpu } from '../gpu/gpu.ts'
import type { Scope } from '../gpu/scope.ts'
import { addBias } from '../kernels/add-bias.ts'
import { product } from '../kernels/matvec.ts'
import { transpose } from '../kernels/transpose.ts'
import { rowCount, type Linear, type Part } from './design.ts'
import type { Substitute } from './family.ts'
import { uploadTensor } from './tensors.ts'

/** Rows of a linear layer: weights [rows, columns], bias [rows]. */
export interface Projection {
  weights: GpuBuffer
  bias: GpuBuffer | undefined
  rows: number
  columns: number
}

/** Records y = x · Wᵀ + b, or y += …: x [tokens, columns], y [tokens, rows]. */
export function project(
  batch: Batch,
  { weights, bias, rows, columns }: Projection,
  x: GpuBuffer,
  y: GpuBuffer,
  tokens: number,
  accumulate = false,
): void {
  product(batch, { x, weights, y }, { tokens, rows, columns, accumulate })
  if (bias) addBias(batch, { bias, y }, { tokens, rows })
}

interface Loading {
  gpu: Gpu
  /** Owns what is loaded. */
  scope: Scope
  checkpoint: Checkpoint
  substitute?: Substitute | undefined
}

/** Loads the parts, each layer once. */
export async function loadProjections(loading: Loading, parts: readonly Part[]): Promise<Projection[]> {
  const loaded = new Map<Part, Projection>()
  for (const linear of new Set(parts.map((part) => part.linear))) {
    const own = parts.filter((part) => part.linear === linear)
    const projections = await loadLayer(loading, linear, own)
    own.forEach((part, i) => loaded.set(part, projections[i]))
  }
  return parts.map((part) => loaded.get(part)!)
}

async function loadLayer(loading: Loading, linear: Linear, parts: readonly Part[]): Promise<Projection[]> {
  const { gpu, scope, checkpoint, substitute } = loading
  const { facts, bias } = linear
  const { layer, rows, columns } = facts
  const fused = scope.own(substitute?.(facts) ?? (await uploadLayer(loading, linear)))
  const biases = bias === undefined ? undefined : await checkpoint.floats(bias)
  if (parts.length === 1 && parts[0].ranges.length === 1 && rowCount(parts[0]) === rows)
    return [{ weights: fused, bias: biases && scope.upload(bias!, biases), rows, columns }]
  const batch = gpu.batch(`parts of ${layer}`)
  const projections = parts.map((part) => {
    const projection = {
      weights: scope.buffer(`part of ${layer}`, 4 * rowCount(part) * columns),
      bias: biases && scope.upload(bias!, gathered(biases, part)),
      rows: rowCount(part),
      columns,
    }
    let done = 0
    for (const { first, rows: count } of part.ranges) {
      batch.copy(fused, 4 * first * columns, projection.weights, 4 * done * columns, 4 * count * columns)
      done += count
    }
    return projection
  })
  batch.flush()
  scope.release(fused)[Symbol.dispose]()
  return projections
}

/** The part's entries of a vector with one number per row. */
function gathered(numbers: Float32Array, { ranges }: Part): Float32Array {
  return Float32Array.from(ranges.flatMap(({ first, rows }) => [...numbers.subarray(first, first + rows)]))
}

/** W f32 [rows, columns], whichever way it is stored; the caller owns it. */
async function uploadLayer({ gpu, checkpoint }: Loading, { facts, transposed }: Linear): Promise<GpuBuffer> {
  const { layer, rows, columns } = facts
  const stored = await uploadTensor(gpu, checkpoint, `${layer}.weight`)
  if (!transposed) return stored
  try {
    const weights = gpu.buffer(`${layer}.weight`, stored.bytes)
    const batch = gpu.batch(`turn ${layer}`)
    transpose(batch, { x: stored, y: weights }, { rows, columns })
    batch.flush()
    return weights
  } finally {
    stored[Symbol.dispose]()
  }
}
