// The header of a GGUF file, versions 2 and 3, little-endian: magic, version, counts, metadata, tensors, then the data
// from the next multiple of general.alignment on. https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
// Counts are held against the bytes that are left before anything of their size is made.
import type { TensorType } from './dtype.ts'
import { InputError } from './errors.ts'
import { type ByteSource, readRange } from './range.ts'
import type { StoredTensor } from './tensor-file.ts'

export type GgufValue = number | bigint | boolean | string | GgufValue[]

export interface GgufHeader {
  metadata: ReadonlyMap<string, GgufValue>
  /** Shapes in the order of safetensors: rows first, neighbours in memory last. */
  tensors: ReadonlyMap<string, StoredTensor>
}

/** Numbers and bytes of a block of each type that is read. */
export const ggufBlocks: Readonly<Partial<Record<TensorType, readonly [count: number, bytes: number]>>> = {
  F32: [1, 4],
  F16: [1, 2],
  BF16: [1, 2],
  Q4_0: [32, 18],
  Q8_0: [32, 34],
}

/** ggml_type → name; those without are unknown. */
const types: Readonly<Record<number, string>> = {
  ...{ 0: 'F32', 1: 'F16', 2: 'Q4_0', 3: 'Q4_1', 6: 'Q5_0', 7: 'Q5_1', 8: 'Q8_0', 10: 'Q2_K', 11: 'Q3_K', 12: 'Q4_K' },
  ...{ 13: 'Q5_K', 14: 'Q6_K', 15: 'Q8_K', 16: 'IQ2_XXS', 17: 'IQ2_XS', 18: 'IQ3_XXS', 19: 'IQ1_S', 20: 'IQ4_NL' },
  ...{ 21: 'IQ3_S', 22: 'IQ2_S', 23: 'IQ4_XS', 24: 'I8', 25: 'I16', 26: 'I32', 27: 'I64', 28: 'F64', 29: 'IQ1_M' },
  ...{ 30: 'BF16', 34: 'TQ1_0', 35: 'TQ2_0', 39: 'MXFP4' },
}

/** Bytes that a header may have: those with the largest vocabularies have some 15 million. */
const limitBytes = 100_000_000

class Short extends Error {}

/** Reads the header: a little at first, and more until it is whole. @throws InputError stating what is wrong. */
export async function readGgufHeader(blob: ByteSource, name: string): Promise<GgufHeader> {
  for (let length = Math.min(blob.size, 1 << 16); ; length = Math.min(blob.size, 4 * length)) {
    const bytes = await readRange(blob, 0, length, name)
    try {
      return new Parser(bytes, blob.size, name).header()
    } catch (error) {
      if (!(error instanceof Short)) throw error
      if (length === blob.size)
        throw new InputError(`${name}: the header goes on at the end of the file, ${length} bytes`)
      if (length >= limitBytes) throw new InputError(`${name}: the header has more than ${limitBytes} bytes`)
    }
  }
}

class Parser {
  private at = 0
  private readonly view: DataView
  private readonly text = new TextDecoder('utf-8', { fatal: true })

  constructor(
    private readonly bytes: Uint8Array<ArrayBuffer>,
    private readonly fileBytes: number,
    private readonly name: string,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  private fail(fact: string): never {
    throw new InputError(`${this.name}: ${fact}`)
  }

  /** Moves on by `size` bytes and gives where they start. */
  private take(size: number): number {
    if (this.at + size > this.bytes.length) throw new Short()
    this.at += size
    return this.at - size
  }

  private u32 = () => this.view.getUint32(this.take(4), true)

  /** A number of things, each of which takes at least `leastBytes` of what is left of the file. */
  private count(what: string, leastBytes: number): number {
    const count = this.view.getBigUint64(this.take(8), true)
    const left = this.fileBytes - this.at
    if (count * BigInt(leastBytes) > BigInt(left))
      this.fail(`${count} ${what} at ${this.at - 8}, ${left} bytes are left`)
    return Number(count)
  }

  private string(what: string): string {
    const length = this.count(`bytes of ${what}`, 1)
    const start = this.take(length)
    try {
      return this.text.decode(this.bytes.subarray(start, this.at))
    } catch {
      return this.fail(`${what} at ${start} is not UTF-8`)
    }
  }

  /** Readers of the plain types, by their number, and their bytes. */
  private readonly plain: Readonly<Record<number, readonly [bytes: number, read: (at: number) => GgufValue]>> = {
    0: [1, (at) => this.view.getUint8(at)],
    1: [1, (at) => this.view.getInt8(at)],
    2: [2, (at) => this.view.getUint16(at, true)],
    3: [2, (at) => this.view.getInt16(at, true)],
    4: [4, (at) => this.view.getUint32(at, true)],
    5: [4, (at) => this.view.getInt32(at, true)],
    6: [4, (at) => this.view.getFloat32(at, true)],
    7: [1, (at) => this.view.getUint8(at) !== 0],
    10: [8, (at) => this.view.getBigUint64(at, true)],
    11: [8, (at) => this.view.getBigInt64(at, true)],
    12: [8, (at) => this.view.getFloat64(at, true)],
  }

  private value(type: number, key: string, depth = 0): GgufValue {
    if (type === 8) return this.string(`'${key}'`)
    if (type === 9) {
      if (depth > 3) this.fail(`'${key}' is nested more than 3 levels deep`)
      const inner = this.u32()
      const least = inner === 8 ? 8 : inner === 9 ? 12 : (this.plain[inner]?.[0] ?? 1)
      const values: GgufValue[] = []
      for (let left = this.count(`values of '${key}'`, least); left > 0; left--)
        values.push(this.value(inner, key, depth + 1))
      return values
    }
    const plain = this.plain[type]
    if (!plain) this.fail(`'${key}' is of the unknown type ${type}`)
    return plain[1](this.take(plain[0]))
  }

  header(): GgufHeader {
    const magic = String.fromCharCode(...this.bytes.subarray(this.take(4), 4))
    if (magic !== 'GGUF') this.fail(`begins with ${JSON.stringify(magic)}, not with "GGUF"`)
    const version = this.u32()
    if (version !== 2 && version !== 3)
      this.fail(`version ${version}${version & 0xffff ? '' : ' (written big-endian?)'}; 2 and 3 can be read`)
    const tensorCount = this.count('tensors', 24)
    const metadata = new Map<string, GgufValue>()
    for (let left = this.count('metadata entries', 13); left > 0; left--) {
      const key = this.string('a metadata key')
      if (metadata.has(key)) this.fail(`the metadata key '${key}' occurs twice`)
      metadata.set(key, this.value(this.u32(), key))
    }
    const alignment = metadata.get('general.alignment') ?? 32
    if (typeof alignment !== 'number' || !Number.isInteger(alignment) || alignment < 1 || alignment % 8)
      this.fail(`general.alignment is ${String(alignment)}; a multiple of 8 is needed`)
    const entries: [name: string, shape: number[], dtype: TensorType, offset: bigint][] = []
    for (let left = tensorCount; left > 0; left--) entries.push(this.tensor())
    const start = Math.ceil(this.at / alignment) * alignment
    const tensors = new Map<string, StoredTensor>()
    for (const [tensor, shape, dtype, offset] of entries) {
      if (tensors.has(tensor)) this.fail(`the tensor '${tensor}' occurs twice`)
      if (offset % BigInt(alignment)) this.fail(`tensor '${tensor}' at ${offset} is not aligned to ${alignment}`)
      const [count, bytes] = ggufBlocks[dtype]!
      const size = shape.reduce((product, length) => product * length, 1)
      const first = BigInt(start) + offset
      const end = first + (BigInt(size) / BigInt(count)) * BigInt(bytes)
      if (end > BigInt(this.fileBytes))
        this.fail(`tensor '${tensor}' ends at ${end}, the file has ${this.fileBytes} bytes`)
      tensors.set(tensor, { dtype, shape, start: Number(first), end: Number(end) })
    }
    return { metadata, tensors }
  }

  private tensor(): [string, number[], TensorType, bigint] {
    const name = this.string('a tensor name')
    const dimensions = this.u32()
    if (dimensions > 4) this.fail(`tensor '${name}' has ${dimensions} dimensions, at most 4 are known`)
    const lengths = Array.from({ length: dimensions }, () => this.view.getBigUint64(this.take(8), true))
    const type = this.u32()
    const dtype = types[type]
    const offset = this.view.getBigUint64(this.take(8), true)
    if (dtype === undefined) this.fail(`tensor '${name}' is of the unknown type ${type}`)
    const block = ggufBlocks[dtype as TensorType]
    if (!block)
      this.fail(`tensor '${name}' is ${dtype}; ${Object.keys(ggufBlocks).join(', ')} can be read: load such a file`)
    const size = lengths.reduce((product, length) => product * (length || 1n), 1n)
    const shape = lengths.map(Number).reverse()
    const shown = `tensor '${name}' of shape [${[...lengths].reverse().join(', ')}]`
    if (size > 2n ** 50n) this.fail(`${shown} is larger than 2^50 numbers`)
    if ((shape.at(-1) ?? 1) % block[0]) this.fail(`${shown} is ${dtype}, in blocks of ${block[0]}`)
    return [name, shape, dtype as TensorType, offset]
  }
}
