// The linear layers of a block on the GPU, fused ones taken apart into what attention and feed-forward want of them.
import type { Checkpoint } from '../formats/checkpoint.ts'
import type { Batch } from '../gpu/batch.ts'
import { GpuBuffer } from '../gpu/buffer.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { bindableBytes, RowTiles, rowsOfPart, type Limits } from '../gpu/row-tiles.ts'
import type { Scope } from '../gpu/scope.ts'
import { addBias } from '../kernels/add-bias.ts'
import { product } from '../kernels/matvec.ts'
import { transpose } from '../kernels/transpose.ts'
import { rowCount, type Linear, type Part } from './design.ts'
import type { Substitute } from './family.ts'
import { uploadMatrix, uploadTensor } from './tensors.ts'

/** Rows of a linear layer: weights [rows, columns], bias [rows]. */
export interface Projection {
  weights: RowTiles
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
  const given = substitute?.(facts)
  const fused = scope.own(
    given instanceof GpuBuffer ? RowTiles.of(given, rows, columns) : (given ?? (await uploadLayer(loading, linear))),
  )
  const biases = bias === undefined ? undefined : await checkpoint.floats(bias)
  if (parts.length === 1 && parts[0].ranges.length === 1 && rowCount(parts[0]) === rows)
    return [{ weights: fused, bias: biases && scope.upload(bias!, biases), rows, columns }]
  const batch = gpu.batch(`parts of ${layer}`)
  const projections = parts.map((part) => {
    const projection = {
      weights: scope.own(RowTiles.create(gpu, `part of ${layer}`, rowCount(part), columns)),
      bias: biases && scope.upload(bias!, gathered(biases, part)),
      rows: rowCount(part),
      columns,
    }
    let done = 0
    for (const { first, rows: count } of part.ranges) {
      copyRows(batch, fused, first, projection.weights, done, count)
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

/** Rows of one matrix become rows of another, both in tiles. */
function copyRows(batch: Batch, from: RowTiles, first: number, to: RowTiles, place: number, count: number): void {
  const bytes = 4 * from.stride
  for (let done = 0; done < count;) {
    const [source, target] = [from.at(first + done), to.at(place + done)]
    const [start, end] = [first + done - source.first, place + done - target.first]
    const some = Math.min(count - done, source.rows - start, target.rows - end)
    batch.copy(source.buffer, bytes * start, target.buffer, bytes * end, bytes * some)
    done += some
  }
}

/** Of a layer that is stored as [columns, rows]: so many of them are on the device beside what is made of them. */
export function storedRows(adapter: Limits, rows: number): number {
  return Math.min(rowsOfPart(rows), Math.max(1, Math.floor(bindableBytes(adapter) / (4 * rows))))
}

/** W f32 [rows, columns], whichever way it is stored; the caller owns it. */
async function uploadLayer({ gpu, checkpoint }: Loading, { facts, transposed }: Linear): Promise<RowTiles> {
  const { layer, rows, columns } = facts
  const name = `${layer}.weight`
  if (!transposed) return uploadMatrix(gpu, checkpoint, name, rows, columns)
  const weights = RowTiles.create(gpu, name, rows, columns)
  try {
    const most = storedRows(gpu.adapter, rows)
    for (let first = 0; first < columns; first += most) {
      const count = Math.min(most, columns - first)
      using stored = await uploadTensor(gpu, checkpoint, name, first * rows, count * rows)
      const batch = gpu.batch(`turn ${layer}`)
      transpose(batch, { x: stored, y: weights }, { rows, columns, first, count })
      batch.flush()
    }
    return weights
  } catch (error) {
    weights[Symbol.dispose]()
    throw error
  }
}
