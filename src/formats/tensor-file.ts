// Numbers out of a file with named tensors, piece by piece: what is held beside the result is never more than a piece.
import { dtypeBits, isDtype, isFloat, type TensorType } from './dtype.ts'
import { InputError } from './errors.ts'

/** Bytes of a file, or of numbers made of them, that are held at once. */
export const pieceBytes = 16 << 20

export interface StoredTensor {
  readonly dtype: TensorType
  readonly shape: readonly number[]
  /** First byte, from the start of the file. */
  readonly start: number
  /** Byte after the last. */
  readonly end: number
}

export interface FloatReader {
  /**
   * float32 numbers of one tensor, or of `count` elements from element `first` on; only their bytes are read.
   * @throws InputError when the tensor is missing, of a type that is not a float, or has NaN or infinite values.
   */
  floats(tensor: string, first?: number, count?: number): Promise<Float32Array<ArrayBuffer>>
  /** Reads a tensor without keeping it. @throws InputError as `floats` does. */
  checkFinite(tensor: string): Promise<void>
}

/** A file whose tensors become float32. */
export interface TensorFile extends FloatReader {
  readonly name: string
  readonly tensors: ReadonlyMap<string, StoredTensor>
}

/** @param read the numbers of a small part of a tensor, in one piece. */
export function floatReader(
  name: string,
  tensors: ReadonlyMap<string, StoredTensor>,
  read: (tensor: string, first: number, count: number) => Promise<Float32Array<ArrayBuffer>>,
): FloatReader {
  /** Calls `each` with the pieces of a range in their order, and refuses values that are not finite. */
  const visit = async (
    tensor: string,
    begin: number,
    length: number | undefined,
    each: (piece: Float32Array<ArrayBuffer>, at: number, total: number) => void,
  ) => {
    const entry = tensors.get(tensor)
    if (!entry) throw new InputError(`${name}: no tensor '${tensor}' among its ${tensors.size}`)
    const { dtype, shape } = entry
    const size = shape.reduce((product, count) => product * count, 1)
    const total = length ?? size - begin
    if (!(begin >= 0 && total >= 0 && begin + total <= size))
      throw new RangeError(`${name}: elements ${begin} to ${begin + total} of tensor '${tensor}', which has ${size}`)
    if (!isFloat(dtype))
      throw new InputError(
        `${name}: tensor '${tensor}' is ${dtype}; F64, F32, F16, BF16, F8_E5M2 and F8_E4M3 can be read`,
      )
    const most = Math.floor(pieceBytes / Math.max(4, isDtype(dtype) ? dtypeBits[dtype] / 8 : 4))
    let bad = 0
    for (let done = 0; done < total; done += most) {
      const piece = await read(tensor, begin + done, Math.min(most, total - done))
      bad += notFinite(piece)
      each(piece, done, total)
    }
    if (bad)
      throw new InputError(
        `${name}: tensor '${tensor}' has ${bad} ${bad === 1 ? 'value that is' : 'values that are'} not finite`,
      )
  }
  return {
    async floats(tensor, first = 0, count) {
      let all: Float32Array<ArrayBuffer> = new Float32Array(0)
      await visit(tensor, first, count, (piece, at, total) => {
        if (piece.length === total) all = piece
        else {
          if (at === 0) all = new Float32Array(total)
          all.set(piece, at)
        }
      })
      return all
    },
    checkFinite: (tensor) => visit(tensor, 0, undefined, () => {}),
  }
}

function notFinite(values: Float32Array): number {
  // x − x is 0 for every finite x and NaN for the others, so one sum says whether there is anything to count.
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i] - values[i]
  return sum === 0 ? 0 : values.reduce((total, value) => (Number.isFinite(value) ? total : total + 1), 0)
}
