// Writer of safetensors, byte for byte as the official library: larger types first, then by name; header padded with
// spaces to 8.
import { type Dtype, dtypeBits } from './dtype.ts'

export interface TensorToWrite {
  name: string
  dtype: Dtype
  shape: readonly number[]
  /**
   * Little-endian, shape × dtype bytes. Float32Array for F32, Uint8Array for U8, Uint16Array of patterns for F16 and
   * BF16, …
   */
  data: ArrayBufferView<ArrayBuffer>
}

const order = Object.keys(dtypeBits)
const encoder = new TextEncoder()

/** Order of UTF-8 bytes, which is that of code points. */
function compareNames(a: string, b: string): number {
  const left = encoder.encode(a)
  const right = encoder.encode(b)
  const shared = Math.min(left.length, right.length)
  for (let i = 0; i < shared; i++) if (left[i] !== right[i]) return left[i] - right[i]
  return left.length - right.length
}

/**
 * The file in parts, first the header, then every tensor's own bytes (not copied): for a Blob or a stream.
 * @throws RangeError when a tensor's bytes do not fit its shape, or a name occurs twice.
 */
export function safetensorsParts(
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>> = {},
): ArrayBufferView<ArrayBuffer>[] {
  const sorted = [...tensors].sort(
    (a, b) => order.indexOf(b.dtype) - order.indexOf(a.dtype) || compareNames(a.name, b.name),
  )
  const entries: string[] = []
  if (Object.keys(metadata).length) entries.push(`"__metadata__":${JSON.stringify(metadata)}`)
  const names = new Set(['__metadata__'])
  let offset = 0
  for (const { name, dtype, shape, data } of sorted) {
    const expected = (shape.reduce((product, size) => product * size, 1) * dtypeBits[dtype]) / 8
    if (data.byteLength !== expected)
      throw new RangeError(
        `tensor '${name}' [${shape.join(', ')}] in ${dtype} needs ${expected} bytes, got ${data.byteLength}`,
      )
    if (names.has(name)) throw new RangeError(`tensor name '${name}' is taken`)
    names.add(name)
    const end = offset + data.byteLength
    entries.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [offset, end] })}`)
    offset = end
  }
  const json = encoder.encode(`{${entries.join(',')}}`)
  const header = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20)
  new DataView(header.buffer).setBigUint64(0, BigInt(header.length - 8), true)
  header.set(json, 8)
  return [header, ...sorted.map(({ data }) => data)]
}

/** The file in one piece. */
export function safetensorsBytes(
  tensors: readonly TensorToWrite[],
  metadata?: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const parts = safetensorsParts(tensors, metadata)
  const bytes = new Uint8Array(parts.reduce((total, part) => total + part.byteLength, 0))
  let offset = 0
  for (const { buffer, byteOffset, byteLength } of parts) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), offset)
    offset += byteLength
  }
  return bytes
}
