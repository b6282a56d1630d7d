// Reader of safetensors over the ranges of a Blob: 8 bytes header length (little-endian), header, data. The file is
// never read whole.
import { decodeFloats, dtypeBits } from './dtype.ts'
import { InputError } from './errors.ts'
import { disguiseOf, readRange } from './range.ts'
import { type Header, headerLimitBytes, parseHeader, type TensorEntry } from './safetensors-header.ts'

export interface SafetensorsFile extends Header {
  readonly name: string
  /** The bytes of one tensor. */
  bytes(tensor: string): Promise<Uint8Array<ArrayBuffer>>
  /**
   * float32 numbers of one tensor, or of `count` elements from element `first` on; only their bytes are read.
   * @throws InputError when the tensor is missing, no F32, F16, BF16 or F64, or has NaN or infinite values.
   */
  floats(tensor: string, first?: number, count?: number): Promise<Float32Array<ArrayBuffer>>
}

/**
 * Opens a safetensors file: reads and checks its header.
 * @param name of the file, in front of every error
 * @throws InputError stating what is wrong, with numbers.
 */
export async function openSafetensors(blob: Blob, name = 'safetensors'): Promise<SafetensorsFile> {
  const header = parseHeader(await readHeader(blob, name), blob.size, name)
  const entryOf = (tensor: string): TensorEntry => {
    const entry = header.tensors.get(tensor)
    if (!entry) throw new InputError(`${name}: no tensor '${tensor}' among its ${header.tensors.size}`)
    return entry
  }
  return {
    name,
    ...header,
    async bytes(tensor) {
      const { start, end } = entryOf(tensor)
      return readRange(blob, start, end, name)
    },
    async floats(tensor, first = 0, count) {
      const { dtype, shape, start } = entryOf(tensor)
      const size = shape.reduce((product, length) => product * length, 1)
      const last = first + (count ?? size - first)
      if (!(first >= 0 && first <= last && last <= size))
        throw new RangeError(`${name}: elements ${first} to ${last} of tensor '${tensor}', which has ${size}`)
      const width = dtypeBits[dtype] / 8
      const what = `${name}: tensor '${tensor}'`
      const floats = decodeFloats(dtype, await readRange(blob, start + width * first, start + width * last, name), what)
      refuseNonFinite(floats, what)
      return floats
    },
  }
}

/** The header's bytes. */
async function readHeader(blob: Blob, name: string): Promise<Uint8Array> {
  if (blob.size < 8) throw new InputError(`${name}: the file has ${blob.size} bytes, a safetensors file has at least 8`)
  const start = await readRange(blob, 0, 8, name)
  const length = new DataView(start.buffer).getBigUint64(0, true)
  if (length <= headerLimitBytes && 8 + Number(length) <= blob.size) return readRange(blob, 8, 8 + Number(length), name)
  const disguise = disguiseOf(await readRange(blob, 0, Math.min(256, blob.size), name))
  if (disguise) throw new InputError(`${name} ${disguise}`)
  if (length > headerLimitBytes)
    throw new InputError(`${name}: the header claims ${length} bytes, the limit is ${headerLimitBytes}`)
  throw new InputError(`${name}: the header ends at ${8 + Number(length)}, the file has ${blob.size} bytes`)
}

function refuseNonFinite(values: Float32Array, what: string) {
  // x − x is 0 for every finite x and NaN for the others, so one sum says whether there is anything to count.
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i] - values[i]
  if (sum === 0) return
  const count = values.reduce((total, value) => (Number.isFinite(value) ? total : total + 1), 0)
  throw new InputError(`${what} has ${count} ${count === 1 ? 'value that is' : 'values that are'} not finite`)
}
