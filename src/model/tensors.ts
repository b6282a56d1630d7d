// Tensors of a checkpoint: checked against the config's shapes, and brought to the GPU in pieces.
import type { Checkpoint } from '../formats/checkpoint.ts'
import { isFloat } from '../formats/dtype.ts'
import { InputError } from '../formats/errors.ts'
import type { GpuBuffer } from '../gpu/buffer.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { RowTiles } from '../gpu/row-tiles.ts'

/** Floats that are read from a file at once. */
const PIECE = 1 << 22

/** @throws InputError when the tensor is missing, no float, or of another shape. */
function checkTensor({ tensors }: Checkpoint, name: string, shape: readonly number[]): void {
  const tensor = tensors.get(name)
  if (!tensor) throw new InputError(`tensor '${name}' of shape [${shape.join(', ')}] is missing`)
  if (tensor.shape.join() !== shape.join())
    throw new InputError(`${name} has shape [${tensor.shape.join(', ')}], the config asks for [${shape.join(', ')}]`)
  if (!isFloat(tensor.dtype))
    throw new InputError(`${name} is ${tensor.dtype}; weights are F64, F32, F16, BF16, F8_E5M2 or F8_E4M3`)
}

/** @throws InputError naming every tensor that is missing, no float, or of another shape. */
export function checkTensors(checkpoint: Checkpoint, shapes: ReadonlyMap<string, readonly number[]>): void {
  const refused: string[] = []
  for (const [name, shape] of shapes)
    try {
      checkTensor(checkpoint, name, shape)
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      refused.push(error.message)
    }
  if (refused.length) throw new InputError(refused[0], { more: refused.slice(1) })
}

/** `count` numbers of a tensor from `first` on, in a new buffer that the caller owns. */
export async function uploadTensor(
  gpu: Gpu,
  checkpoint: Checkpoint,
  name: string,
  first = 0,
  count = (checkpoint.tensors.get(name)?.shape ?? []).reduce((product, length) => product * length, 1),
): Promise<GpuBuffer> {
  const buffer = gpu.buffer(name, 4 * count)
  try {
    await fill(gpu, checkpoint, name, { buffer, first, count })
    return buffer
  } catch (error) {
    buffer[Symbol.dispose]()
    throw error
  }
}

/** A tensor [rows, columns] in as many tiles as one binding demands; the caller owns them. */
export async function uploadMatrix(
  gpu: Gpu,
  checkpoint: Checkpoint,
  name: string,
  rows: number,
  columns: number,
): Promise<RowTiles> {
  const matrix = RowTiles.create(gpu, name, rows, columns)
  try {
    for (const { first, rows: count, buffer } of matrix.tiles)
      await fill(gpu, checkpoint, name, { buffer, first: first * columns, count: count * columns })
    return matrix
  } catch (error) {
    matrix[Symbol.dispose]()
    throw error
  }
}

async function fill(
  gpu: Gpu,
  checkpoint: Checkpoint,
  name: string,
  { buffer, first, count }: { buffer: GpuBuffer; first: number; count: number },
): Promise<void> {
  for (let done = 0; done < count; done += PIECE)
    gpu.write(buffer, await checkpoint.floats(name, first + done, Math.min(PIECE, count - done)), 4 * done)
}
