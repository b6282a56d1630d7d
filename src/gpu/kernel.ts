// A kernel: one WGSL file with one entry point `main`, storage bindings in order from @binding(0), and one uniform struct `Params` behind them.
import { GPU_COMPUTE_STAGE } from './batch.ts'

export type Access = 'read' | 'read_write'
export type ParamType = 'u32' | 'i32' | 'f32'

/** The TypeScript view of a WGSL file; a contract test compares the two. */
export interface Kernel<B extends string = string, P extends string = string> {
  /** File name without extension: `shaders/NAME.wgsl`. */
  readonly name: string
  /** WGSL text, with the shared files it uses appended. */
  readonly code: string
  /** Storage bindings in order of @binding. */
  readonly bindings: Readonly<Record<B, Access>>
  /** Fields of the uniform struct `Params`, in order. */
  readonly params: Readonly<Record<P, ParamType>>
}

/** Names an entry of `shaders/`; the types of bindings and params follow from the literal. */
export function defineKernel<const B extends string, const P extends string>(kernel: Kernel<B, P>): Kernel<B, P> {
  return kernel
}

export interface Pipeline {
  readonly raw: GPUComputePipeline
  readonly layout: GPUBindGroupLayout
}

/** Compiled pipelines by kernel and override constants. */
export class PipelineCache {
  private readonly pipelines = new Map<string, Pipeline>()
  private readonly modules = new Map<string, GPUShaderModule>()

  constructor(
    private readonly device: GPUDevice,
    private readonly record: (error: Error | string) => void,
  ) {}

  get(kernel: Kernel, overrides: Record<string, number>): Pipeline {
    const key = kernel.name + JSON.stringify(overrides)
    let pipeline = this.pipelines.get(key)
    if (!pipeline) this.pipelines.set(key, (pipeline = this.create(kernel, overrides)))
    return pipeline
  }

  private create(kernel: Kernel, overrides: Record<string, number>): Pipeline {
    const storage = Object.values(kernel.bindings).map((access, binding) => ({
      binding,
      visibility: GPU_COMPUTE_STAGE,
      buffer: { type: access === 'read' ? 'read-only-storage' : 'storage' } as const,
    }))
    const uniform = Object.keys(kernel.params).length
      ? [{ binding: storage.length, visibility: GPU_COMPUTE_STAGE, buffer: { type: 'uniform' as const } }]
      : []
    const layout = this.device.createBindGroupLayout({ label: kernel.name, entries: [...storage, ...uniform] })
    const raw = this.device.createComputePipeline({
      label: kernel.name,
      layout: this.device.createPipelineLayout({ label: kernel.name, bindGroupLayouts: [layout] }),
      compute: { module: this.module(kernel), entryPoint: 'main', constants: overrides },
    })
    return { raw, layout }
  }

  private module(kernel: Kernel): GPUShaderModule {
    let module = this.modules.get(kernel.name)
    if (!module) {
      module = this.device.createShaderModule({ label: kernel.name, code: kernel.code })
      this.modules.set(kernel.name, module)
      module.getCompilationInfo().then(
        ({ messages }) => {
          for (const { type, lineNum, linePos, message } of messages)
            if (type === 'error') this.record(`${kernel.name}.wgsl:${lineNum}:${linePos}: ${message}`)
        },
        (error: unknown) => this.record(`${kernel.name}.wgsl: ${String(error)}`),
      )
    }
    return module
  }
}
