// A batch records dispatches and copies and submits them in pieces short enough for the watchdog and for a live page.
import { GPU_COPY_DST, GPU_UNIFORM, type GpuBuffer, type Ledger } from './buffer.ts'
import type { AdapterFacts } from './gpu.ts'
import type { Kernel, ParamType, PipelineCache } from './kernel.ts'

export const GPU_COMPUTE_STAGE = 0x4

/** A buffer, or a part of one (offset a multiple of `minStorageBufferOffsetAlignment`). */
export type Binding = GpuBuffer | { buffer: GpuBuffer; offset: number; bytes: number }

export interface Dispatch<B extends string, P extends string> {
  bindings: Record<B, Binding>
  params: Record<P, number>
  /** Workgroups in x, y, z. */
  workgroups: readonly [number, number?, number?]
  overrides?: Record<string, number>
  /** Multiply-adds of this dispatch (an estimate), by which a batch is cut into submits. */
  work?: number
}

const SLOT = 256
const SLOTS = 256

/** Uniform slots, rewritten by every submit: the queue orders writes and submits. */
export class UniformArena {
  readonly raw: GPUBuffer
  constructor(device: GPUDevice) {
    this.raw = device.createBuffer({ label: 'params', size: SLOT * SLOTS, usage: GPU_UNIFORM | GPU_COPY_DST })
  }
}

export interface BatchOwner {
  readonly device: GPUDevice
  readonly adapter: AdapterFacts
  readonly memory: Ledger
  readonly pipelines: PipelineCache
  readonly arena: UniformArena
  /** Multiply-adds that one submit may hold. */
  workPerSubmit: number
  /** Chosen shape of every operation that has several (see kernels/shape.ts). */
  readonly shapes: Map<string, string>
  idle(): Promise<void>
  check(): void
}

/** Records work in order. `submit` resolves when the GPU has done it all, and throws what went wrong. */
export class Batch {
  private encoder: GPUCommandEncoder | undefined
  private pass: GPUComputePassEncoder | undefined
  private readonly params = new ArrayBuffer(SLOT * SLOTS)
  private slots = 0
  private work = 0

  constructor(
    readonly gpu: BatchOwner,
    private readonly label: string,
  ) {}

  run<B extends string, P extends string>(kernel: Kernel<B, P>, dispatch: Dispatch<B, P>): this {
    const { device, pipelines, arena } = this.gpu
    const work = dispatch.work ?? 0
    if (this.slots === SLOTS || (this.work > 0 && this.work + work > this.gpu.workPerSubmit)) this.flush()
    const pipeline = pipelines.get(kernel, dispatch.overrides ?? {})
    const entries: GPUBindGroupEntry[] = Object.keys(kernel.bindings).map((name, binding) => {
      const bound = dispatch.bindings[name as B]
      if (!bound) throw new Error(`${kernel.name}: binding '${name}' is missing`)
      return {
        binding,
        resource:
          'raw' in bound
            ? { buffer: bound.raw }
            : { buffer: bound.buffer.raw, offset: bound.offset, size: Math.ceil(bound.bytes / 4) * 4 },
      }
    })
    const names = Object.entries<ParamType>(kernel.params)
    if (names.length) {
      const offset = this.slots++ * SLOT
      const view = new DataView(this.params, offset, SLOT)
      names.forEach(([name, type], i) => {
        const value = dispatch.params[name as P]
        if (value === undefined) throw new Error(`${kernel.name}: param '${name}' is missing`)
        if (type === 'f32') view.setFloat32(4 * i, value, true)
        else if (type === 'u32') view.setUint32(4 * i, value, true)
        else view.setInt32(4 * i, value, true)
      })
      const size = Math.ceil(names.length / 4) * 16
      entries.push({ binding: entries.length, resource: { buffer: arena.raw, offset, size } })
    }
    this.encoder ??= device.createCommandEncoder({ label: this.label })
    this.pass ??= this.encoder.beginComputePass({ label: this.label })
    this.pass.setPipeline(pipeline.raw)
    this.pass.setBindGroup(0, device.createBindGroup({ label: kernel.name, layout: pipeline.layout, entries }))
    this.pass.dispatchWorkgroups(dispatch.workgroups[0], dispatch.workgroups[1] ?? 1, dispatch.workgroups[2] ?? 1)
    this.work += work
    return this
  }

  /** Copies bytes between buffers; offsets and size are multiples of 4. */
  copy(from: GpuBuffer, fromOffset: number, to: GpuBuffer, toOffset: number, bytes: number): this {
    this.copies().copyBufferToBuffer(from.raw, fromOffset, to.raw, toOffset, bytes)
    return this
  }

  /** Sets a buffer to zero. */
  clear(buffer: GpuBuffer): this {
    this.copies().clearBuffer(buffer.raw)
    return this
  }

  private copies(): GPUCommandEncoder {
    this.pass?.end()
    this.pass = undefined
    return (this.encoder ??= this.gpu.device.createCommandEncoder({ label: this.label }))
  }

  /** Hands what is recorded to the queue without waiting for it. */
  flush(): void {
    if (!this.encoder) return
    this.pass?.end()
    if (this.slots) this.gpu.device.queue.writeBuffer(this.gpu.arena.raw, 0, this.params, 0, this.slots * SLOT)
    this.gpu.device.queue.submit([this.encoder.finish()])
    this.encoder = this.pass = undefined
    this.slots = this.work = 0
  }

  /** Hands everything over and waits until the GPU has done it. */
  async submit(): Promise<void> {
    this.flush()
    await this.gpu.idle()
  }
}

/** Workgroups in x and y for `count` of them; a kernel finds its number as `group.x + group.y * groups.x` and must check it against the count. */
export function spread(count: number): [number, number] {
  const most = 65535
  return count <= most ? [count, 1] : [most, Math.ceil(count / most)]
}
