// Reader of safetensors over the ranges of a Blob: 8 bytes header length (little-endian), header, data. The file is
// never read whole.
import { bundled } from './bundles.ts'
import { decodeFloats, dtypeBits } from './dtype.ts'
import { InputError } from './errors.ts'
import { type ByteSource, disguiseOf, readRange } from './range.ts'
import { type Header, headerLimitBytes, parseHeader, type TensorEntry } from './safetensors-header.ts'
import { type FloatReader, floatReader } from './tensor-file.ts'

export interface SafetensorsFile extends Header, FloatReader {
  readonly name: string
  /** The bytes of one tensor. */
  bytes(tensor: string): Promise<Uint8Array<ArrayBuffer>>
}

/**
 * Opens a safetensors file: reads and checks its header.
 * @param name of the file, in front of every error
 * @throws InputError stating what is wrong, with numbers.
 */
export async function openSafetensors(blob: ByteSource, name = 'safetensors'): Promise<SafetensorsFile> {
  const header = parseHeader(await readHeader(blob, name), blob.size, name)
  const data = bundled(blob, header.tensors.values())
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
      return readRange(data, start, end, name)
    },
    ...floatReader(name, header.tensors, async (tensor, first, count) => {
      const { dtype, start } = entryOf(tensor)
      const width = dtypeBits[dtype] / 8
      const bytes = await readRange(data, start + width * first, start + width * (first + count), name)
      return decodeFloats(dtype, bytes, `${name}: tensor '${tensor}'`)
    }),
  }
}

/** Bytes of a far file that are read to find its header. */
const FIRST_BYTES = 64 << 10

/** The header's bytes. */
async function readHeader(blob: ByteSource, name: string): Promise<Uint8Array> {
  if (blob.size < 8) throw new InputError(`${name}: the file has ${blob.size} bytes, a safetensors file has at least 8`)
  // Of a far file the header comes with its length, in one request, as most headers are short.
  const start = await readRange(blob, 0, blob.far ? Math.min(blob.size, FIRST_BYTES) : 8, name)
  const length = new DataView(start.buffer).getBigUint64(0, true)
  if (length <= headerLimitBytes && 8 + Number(length) <= blob.size) {
    const end = 8 + Number(length)
    return end <= start.length ? start.subarray(8, end) : readRange(blob, 8, end, name)
  }
  const disguise = disguiseOf(await readRange(blob, 0, Math.min(256, blob.size), name))
  if (disguise) throw new InputError(`${name} ${disguise}`)
  if (length > headerLimitBytes)
    throw new InputError(`${name}: the header claims ${length} bytes, the limit is ${headerLimitBytes}`)
  throw new InputError(`${name}: the header ends at ${8 + Number(length)}, the file has ${blob.size} bytes`)
}
