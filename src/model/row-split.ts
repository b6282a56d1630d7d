// A table too large for one binding, as several buffers of consecutive rows.
import type { Checkpoint } from '../formats/checkpoint.ts'
import type { Binding } from '../gpu/batch.ts'
import type { GpuBuffer } from '../gpu/buffer.ts'
import type { AdapterFacts, Gpu } from '../gpu/gpu.ts'
import { uploadTensor } from './tensors.ts'

export interface RowPart {
  /** First row of the part in the table. */
  first: number
  rows: number
  binding: Binding
}

/** Rows are split at multiples of this, so that every part of a buffer begins where a binding may begin. */
const ALIGNED_ROWS = 64

/** Most rows of `columns` floats in one binding of this adapter. */
export function rowsPerBinding({ maxBindingBytes, maxBufferBytes }: AdapterFacts, columns: number): number {
  const rows = Math.floor(Math.min(maxBindingBytes, maxBufferBytes) / (4 * columns))
  return Math.max(ALIGNED_ROWS, rows - (rows % ALIGNED_ROWS))
}

export class RowSplit implements Disposable {
  private constructor(
    private readonly buffers: readonly { first: number; rows: number; buffer: GpuBuffer }[],
    private readonly columns: number,
  ) {}

  /** Uploads the table [rows, columns]. @throws GpuLimitError when not even 64 rows fit a binding. */
  static async load(
    gpu: Gpu,
    checkpoint: Checkpoint,
    name: string,
    [rows, columns]: readonly [number, number],
    most = rowsPerBinding(gpu.adapter, columns),
  ): Promise<RowSplit> {
    const buffers: { first: number; rows: number; buffer: GpuBuffer }[] = []
    const split = new RowSplit(buffers, columns)
    try {
      for (let first = 0; first < rows; first += most) {
        const count = Math.min(most, rows - first)
        const buffer = await uploadTensor(gpu, checkpoint, name, first * columns, count * columns)
        buffers.push({ first, rows: count, buffer })
      }
      return split
    } catch (error) {
      split[Symbol.dispose]()
      throw error
    }
  }

  /** Parts of at most `most` rows (a multiple of 64), in order. */
  *parts(most = Infinity): Generator<RowPart> {
    for (const { first, rows, buffer } of this.buffers)
      for (let start = 0; start < rows; start += most) {
        const count = Math.min(most, rows - start)
        const binding = { buffer, offset: 4 * start * this.columns, bytes: 4 * count * this.columns }
        yield { first: first + start, rows: count, binding }
      }
  }

  [Symbol.dispose]() {
    for (const { buffer } of this.buffers) buffer[Symbol.dispose]()
  }
}
