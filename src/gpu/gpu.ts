// The device: the only owner of a GPUDevice. Everything that computes gets one of these as a parameter.
import { Batch, UniformArena } from './batch.ts'
import { GPU_COPY_DST, GPU_MAP_READ, GpuBuffer, Ledger } from './buffer.ts'
import { GpuError, GpuLostError } from './errors.ts'
import { PipelineCache } from './kernel.ts'

/** What is known of the adapter; plain data, so that it can travel in events. */
export interface AdapterFacts {
  /** For people: 'SwiftShader', 'Apple M3', … */
  name: string
  vendor: string
  architecture: string
  /** True when WebGPU runs on the processor. */
  software: boolean
  maxBufferBytes: number
  maxBindingBytes: number
}

export interface GpuOptions {
  /** Fill every new buffer with NaN, so that a cell nobody wrote shows. For tests. */
  poison?: boolean
  /** Buffers and bindings are held to this, as on an adapter that allows no more. For tests. */
  bindingLimitBytes?: number
}

/** A signalling word that is a NaN as f32 and an absurd number as u32. */
const POISON = 0x7fc0dead

export class Gpu implements Disposable {
  readonly memory = new Ledger()
  readonly pipelines: PipelineCache
  readonly arena: UniformArena
  /** Multiply-adds one submit may hold; set from measurement (about 50 ms of work). */
  workPerSubmit: number
  /** Chosen shape of every operation that has several (see kernels/shape.ts). */
  readonly shapes = new Map<string, string>()
  private readonly errors: Error[] = []
  private destroyed = false

  private constructor(
    readonly device: GPUDevice,
    readonly adapter: AdapterFacts,
    /** Kept reachable: the entry object must live as long as the device where it comes from a package. */
    readonly entry: GPU,
    private readonly options: GpuOptions,
  ) {
    this.pipelines = new PipelineCache(device, (error) => this.record(error))
    this.arena = new UniformArena(device)
    this.workPerSubmit = adapter.software ? 60e6 : 20e9
    device.addEventListener('uncapturederror', (event) => this.record((event as GPUUncapturedErrorEvent).error.message))
    device.lost.then(
      ({ reason, message }) => {
        if (!this.destroyed) this.errors.unshift(new GpuLostError(reason, message))
      },
      (error: unknown) => this.record(String(error)),
    )
  }

  /**
   * Opens the adapter with its own largest limits.
   * @throws GpuError when there is no adapter.
   */
  static async open(entry: GPU, options: GpuOptions = {}): Promise<Gpu> {
    const adapter = await entry.requestAdapter({ powerPreference: 'high-performance' })
    if (!adapter) throw new GpuError('WebGPU found no adapter')
    const { limits, info } = adapter
    const features = (['timestamp-query'] as const).filter((feature) => adapter.features.has(feature))
    const device = await adapter.requestDevice({
      label: 'cdquant',
      requiredFeatures: [...features],
      requiredLimits: {
        maxBufferSize: limits.maxBufferSize,
        maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
        maxStorageBuffersPerShaderStage: limits.maxStorageBuffersPerShaderStage,
        maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
        maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
        maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
      },
    })
    const words = `${info.vendor} ${info.architecture} ${info.description}`.toLowerCase()
    const software = info.isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|software|basic render/.test(words)
    const name = /swiftshader/.test(words)
      ? 'SwiftShader'
      : info.description || `${info.vendor} ${info.architecture}`.trim() || 'unnamed GPU'
    return new Gpu(
      device,
      {
        name,
        vendor: info.vendor,
        architecture: info.architecture,
        software,
        maxBufferBytes: Math.min(limits.maxBufferSize, options.bindingLimitBytes ?? Infinity),
        maxBindingBytes: Math.min(limits.maxStorageBufferBindingSize, options.bindingLimitBytes ?? Infinity),
      },
      entry,
      options,
    )
  }

  private record(error: Error | string) {
    if (!this.destroyed) this.errors.push(typeof error === 'string' ? new GpuError(error) : error)
  }

  /** Throws the first recorded error; a lost device stays lost and throws every time. */
  check(): void {
    const error = this.errors[0]
    if (!error) return
    if (!(error instanceof GpuLostError)) this.errors.length = 0
    throw error
  }

  /** True once the device went away by itself; nothing on it can be used again. */
  get lost(): boolean {
    return this.errors[0] instanceof GpuLostError
  }

  /** A new storage buffer of zeros (of NaN where poisoned). The caller owns it. */
  buffer(label: string, bytes: number): GpuBuffer {
    const limit = Math.min(this.adapter.maxBufferBytes, this.adapter.maxBindingBytes)
    return new GpuBuffer(this.device, this.memory, label, bytes, limit, this.options.poison ? POISON : undefined)
  }

  /** A new buffer holding `data`, padded to a multiple of 4 bytes. The caller owns it. */
  upload(label: string, data: ArrayBufferView): GpuBuffer {
    const buffer = this.buffer(label, data.byteLength)
    this.write(buffer, data)
    return buffer
  }

  write(buffer: GpuBuffer, data: ArrayBufferView, offset = 0): void {
    let { byteOffset, byteLength } = data
    let source = data.buffer as ArrayBuffer
    if (byteLength % 4) {
      const padded = new Uint8Array(Math.ceil(byteLength / 4) * 4)
      padded.set(new Uint8Array(source, byteOffset, byteLength))
      source = padded.buffer
      byteOffset = 0
      byteLength = padded.byteLength
    }
    this.device.queue.writeBuffer(buffer.raw, offset, source, byteOffset, byteLength)
  }

  batch(label: string): Batch {
    return new Batch(this, label)
  }

  /** Waits for everything submitted, then throws what was recorded. */
  async idle(): Promise<void> {
    await this.device.queue.onSubmittedWorkDone().catch((error: unknown) => this.record(String(error)))
    this.check()
  }

  /** The bytes of a buffer (or of a part; multiples of 4). */
  async read(buffer: GpuBuffer, offset = 0, bytes = buffer.bytes - offset): Promise<ArrayBuffer> {
    const staging = this.device.createBuffer({
      label: `read ${buffer.label}`,
      size: bytes,
      usage: GPU_MAP_READ | GPU_COPY_DST,
    })
    try {
      const encoder = this.device.createCommandEncoder({ label: `read ${buffer.label}` })
      encoder.copyBufferToBuffer(buffer.raw, offset, staging, 0, bytes)
      this.device.queue.submit([encoder.finish()])
      try {
        await staging.mapAsync(1)
      } catch (error) {
        // A device that goes away rejects the mapping just before it says so itself; its own word comes first in the list of errors.
        await Promise.race([this.device.lost, new Promise((resolve) => setTimeout(resolve, 100))])
        this.record(`read ${buffer.label}: ${String(error)}`)
      }
      this.check()
      return staging.getMappedRange().slice(0)
    } finally {
      staging.destroy()
    }
  }

  async readF32(buffer: GpuBuffer, offset = 0, count = (buffer.bytes - offset) / 4): Promise<Float32Array> {
    return new Float32Array(await this.read(buffer, offset, count * 4))
  }

  async readU32(buffer: GpuBuffer, offset = 0, count = (buffer.bytes - offset) / 4): Promise<Uint32Array> {
    return new Uint32Array(await this.read(buffer, offset, count * 4))
  }

  /** Frees the device and everything on it. */
  [Symbol.dispose]() {
    this.destroyed = true
    this.arena.raw.destroy()
    this.device.destroy()
  }
}
