// The header of a safetensors file: JSON {name: {dtype, shape, data_offsets}, "__metadata__": {string: string}}, judged
// as the official library does (shape × dtype = bytes; the tensors cover the data from its first to its last byte
// without hole or overlap), and stricter in one point: a name may not occur twice.
// https://github.com/huggingface/safetensors#format
import { type Dtype, dtypeBits, isDtype } from './dtype.ts'
import { InputError } from './errors.ts'
import { type Json, parseStrict } from './json.ts'

/** Bytes that a header may have. */
export const headerLimitBytes = 100_000_000

export interface TensorEntry {
  dtype: Dtype
  shape: readonly number[]
  /** First byte, from the start of the file. */
  start: number
  /** Byte after the last, from the start of the file. */
  end: number
}

export interface Header {
  /** In the order of the header. */
  tensors: ReadonlyMap<string, TensorEntry>
  metadata: ReadonlyMap<string, string>
}

/**
 * Reads and checks a header.
 * @param bytes the header's bytes, without the length in front
 * @param fileBytes size of the whole file
 * @param name of the file, for errors
 */
export function parseHeader(bytes: Uint8Array, fileBytes: number, name: string): Header {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new InputError(`${name}: the header of ${bytes.length} bytes is not UTF-8`)
  }
  const json = parseStrict(text, name)
  if (!(json instanceof Map)) throw new InputError(`${name}: the header is ${kindOf(json)}, not an object`)
  const dataStart = 8 + bytes.length
  const tensors = new Map<string, TensorEntry>()
  let metadata: ReadonlyMap<string, string> = new Map()
  for (const [key, value] of json)
    if (key === '__metadata__') metadata = parseMetadata(value, name)
    else tensors.set(key, parseEntry(key, value, dataStart, name))
  checkCover(tensors, dataStart, fileBytes, name)
  return { tensors, metadata }
}

function parseMetadata(json: Json, name: string): ReadonlyMap<string, string> {
  if (json === null) return new Map()
  if (!(json instanceof Map)) throw new InputError(`${name}: __metadata__ is ${kindOf(json)}, not an object`)
  const metadata = new Map<string, string>()
  for (const [key, value] of json) {
    if (typeof value !== 'string')
      throw new InputError(`${name}: __metadata__ '${key}' is ${kindOf(value)}, not a string`)
    metadata.set(key, value)
  }
  return metadata
}

function parseEntry(tensor: string, json: Json, dataStart: number, name: string): TensorEntry {
  const fail = (fact: string): never => {
    throw new InputError(`${name}: tensor '${tensor}' ${fact}`)
  }
  if (!(json instanceof Map)) return fail(`is described by ${kindOf(json)}, not by an object`)
  const dtype = json.get('dtype')
  if (!isDtype(dtype)) return fail(`has the unknown dtype ${typeof dtype === 'string' ? `'${dtype}'` : kindOf(dtype)}`)
  const shape = counts(json.get('shape'))
  if (!shape) return fail(`has the shape ${show(json.get('shape'))}; whole numbers below 2^53 are needed`)
  const offsets = counts(json.get('data_offsets'))
  if (offsets?.length !== 2)
    return fail(`has the data_offsets ${show(json.get('data_offsets'))}; two whole numbers are needed`)
  const [start, end] = offsets
  if (end < start) return fail(`ends at ${end}, before its start at ${start}`)
  // A zero in the shape does not excuse sizes that no number holds.
  const largest = shape.reduce((product, size) => product * Math.max(size, 1), 1) * dtypeBits[dtype]
  const bits = shape.includes(0) ? 0 : largest
  if (largest > Number.MAX_SAFE_INTEGER) return fail(`of shape [${shape.join(', ')}] is larger than 2^53 bits`)
  if (bits % 8) return fail(`of shape [${shape.join(', ')}] in ${dtype} is ${bits} bits, not whole bytes`)
  if (bits / 8 !== end - start)
    return fail(`of shape [${shape.join(', ')}] in ${dtype} needs ${bits / 8} bytes, data_offsets give ${end - start}`)
  return { dtype, shape, start: dataStart + start, end: dataStart + end }
}

function checkCover(tensors: ReadonlyMap<string, TensorEntry>, dataStart: number, fileBytes: number, name: string) {
  let end = dataStart
  let last = ''
  for (const [tensor, entry] of [...tensors].sort(([, a], [, b]) => a.start - b.start || a.end - b.end)) {
    if (entry.start !== end) {
      const before = last ? `'${last}' ends at ${end}` : `the data starts at ${end}`
      const fact = entry.start < end ? 'they overlap' : `a hole of ${entry.start - end} bytes`
      throw new InputError(`${name}: tensor '${tensor}' starts at ${entry.start}, ${before}: ${fact}`)
    }
    if (entry.end > fileBytes)
      throw new InputError(`${name}: tensor '${tensor}' ends at ${entry.end}, the file has ${fileBytes} bytes`)
    end = entry.end
    last = tensor
  }
  if (end !== fileBytes)
    throw new InputError(
      `${name}: ${last ? `the last tensor '${last}'` : 'the header'} ends at ${end}, the file has ${fileBytes} bytes`,
    )
}

function counts(json: Json | undefined): number[] | undefined {
  return Array.isArray(json) && json.every((item) => typeof item === 'number') ? json : undefined
}

function show(json: Json | undefined): string {
  if (json === undefined) return '(absent)'
  return Array.isArray(json)
    ? `[${json.map((item) => (item instanceof Map ? '{…}' : String(item))).join(', ')}]`
    : kindOf(json)
}

function kindOf(json: Json | undefined): string {
  if (json === undefined) return 'absent'
  if (json === null) return 'null'
  if (Array.isArray(json)) return 'an array'
  if (json instanceof Map) return 'an object'
  return typeof json === 'string' ? `the string '${json.slice(0, 40)}'` : String(json)
}
