// Buffers with an owner, a label and an account: whoever creates one disposes of it (`using`), and the ledger knows what is alive.
import { GpuLimitError } from './errors.ts'

/** What is alive on the device, in bytes. */
export class Ledger {
  private readonly live = new Map<GpuBuffer, number>()
  bytes = 0
  peakBytes = 0

  add(buffer: GpuBuffer) {
    this.live.set(buffer, buffer.bytes)
    this.bytes += buffer.bytes
    this.peakBytes = Math.max(this.peakBytes, this.bytes)
  }
  remove(buffer: GpuBuffer) {
    if (this.live.delete(buffer)) this.bytes -= buffer.bytes
  }
  /** Labels of the live buffers, in order of creation. */
  labels(): string[] {
    return [...this.live.keys()].map((buffer) => `${buffer.label} (${buffer.bytes} bytes)`)
  }
}

/** A storage buffer. `bytes` is what was asked for, rounded up to a multiple of 4. */
export class GpuBuffer implements Disposable {
  readonly raw: GPUBuffer
  readonly bytes: number

  constructor(
    device: GPUDevice,
    private readonly ledger: Ledger,
    readonly label: string,
    bytes: number,
    /** Most bytes that one buffer and binding may have. */
    limit: number,
    /** Word written to every cell at creation (tests pass a NaN, so that unwritten cells show). */
    fill?: number,
  ) {
    this.bytes = Math.max(4, Math.ceil(bytes / 4) * 4)
    if (this.bytes > limit)
      throw new GpuLimitError(`${label} needs ${this.bytes} bytes in one buffer, this adapter allows ${limit}`)
    this.raw = device.createBuffer({
      label,
      size: this.bytes,
      usage: GPU_STORAGE | GPU_COPY_SRC | GPU_COPY_DST,
      mappedAtCreation: fill !== undefined,
    })
    if (fill !== undefined) {
      new Uint32Array(this.raw.getMappedRange()).fill(fill)
      this.raw.unmap()
    }
    ledger.add(this)
  }

  [Symbol.dispose]() {
    this.ledger.remove(this)
    this.raw.destroy()
  }
}

// The values of GPUBufferUsage, which is not a global where the device comes from a package.
export const GPU_MAP_READ = 0x0001
export const GPU_COPY_SRC = 0x0004
export const GPU_COPY_DST = 0x0008
export const GPU_UNIFORM = 0x0040
export const GPU_STORAGE = 0x0080
