// Small files made in memory, and blobs that remember what was read of them.

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
