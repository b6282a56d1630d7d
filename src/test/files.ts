// Small files made in memory, and blobs that remember what was read of them.
import type { CheckpointFile } from '../formats/checkpoint.ts'
import { safetensorsParts } from '../formats/safetensors-write.ts'

/** A safetensors file of this header and data. */
export function safetensorsFile(header: string, data: Uint8Array<ArrayBuffer>): Blob {
  const json = new TextEncoder().encode(header)
  const length = new DataView(new ArrayBuffer(8))
  length.setBigUint64(0, BigInt(json.length), true)
  return new Blob([length, json, data])
}

/** A blob that records every range read of it. */
export class WatchedBlob extends Blob {
  readonly reads: [start: number, end: number][] = []
  override slice(start = 0, end = this.size, type?: string): Blob {
    this.reads.push([start, end])
    return super.slice(start, end, type)
  }
  override arrayBuffer(): Promise<ArrayBuffer> {
    this.reads.push([0, this.size])
    return super.arrayBuffer()
  }
}

/** A file with this text, or with this value as JSON. */
export function textFile(path: string, content: unknown): CheckpointFile {
  return { path, blob: new Blob([typeof content === 'string' ? content : JSON.stringify(content)]) }
}

/** A weights file with one F32 tensor per name, which holds the number of tensors and the length of its name. */
export function weightsFile(path: string, ...names: string[]): CheckpointFile & { blob: WatchedBlob } {
  const tensors = names.map(
    (name) => ({ name, dtype: 'F32', shape: [2], data: Float32Array.of(names.length, name.length) }) as const,
  )
  return { path, blob: new WatchedBlob(safetensorsParts(tensors)) }
}
