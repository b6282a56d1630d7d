// The forward pass of a Llama: embedding, blocks (RMSNorm, rotary grouped-query attention, SwiGLU, residuals), RMSNorm, output head.
import type { Checkpoint } from '../formats/checkpoint.ts'
import type { Batch, Binding } from '../gpu/batch.ts'
import type { GpuBuffer } from '../gpu/buffer.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { Scope } from '../gpu/scope.ts'
import { embedding } from '../kernels/embedding.ts'
import type { Block, Forward, ForwardSize, Front, Head, Substitute } from './family.ts'
import { loadLlamaBlock, llamaWorkspace, type LlamaWorkspace } from './llama-block.ts'
import type { LlamaConfig } from './llama-config.ts'
import { outerTensors } from './llama-tensors.ts'
import { OutputHead } from './output-head.ts'
import { RowSplit } from './row-split.ts'
import { uploadTensor } from './tensors.ts'

export class LlamaForward implements Forward {
  private readonly scope: Scope
  private workspace: LlamaWorkspace | undefined

  constructor(
    private readonly gpu: Gpu,
    private readonly checkpoint: Checkpoint,
    private readonly config: LlamaConfig,
    private readonly size: ForwardSize,
  ) {
    this.scope = new Scope(gpu)
  }

  async front(): Promise<Front> {
    const { vocabulary, hidden } = this.config
    const name = outerTensors(this.config).embedding
    const table = await RowSplit.load(this.gpu, this.checkpoint, name, [vocabulary, hidden])
    return {
      run(batch: Batch, ids: Binding, y: GpuBuffer, tokens: number) {
        for (const { first, rows, binding } of table.parts())
          embedding(batch, { ids, table: binding, y }, { tokens, first, rows, columns: hidden })
      },
      [Symbol.dispose]: () => table[Symbol.dispose](),
    }
  }

  async block(block: number, substitute?: Substitute): Promise<Block> {
    const { gpu, checkpoint, config, size } = this
    this.workspace ??= llamaWorkspace(gpu, this.scope, config, size)
    return loadLlamaBlock({ gpu, checkpoint, config, size, workspace: this.workspace }, block, substitute)
  }

  async head(): Promise<Head> {
    const { vocabulary, hidden, epsilon } = this.config
    const { norm, head } = outerTensors(this.config)
    const scope = new Scope(this.gpu)
    try {
      const normWeight = scope.own(await uploadTensor(this.gpu, this.checkpoint, norm))
      const table = scope.own(await RowSplit.load(this.gpu, this.checkpoint, head, [vocabulary, hidden]))
      return new OutputHead(scope, normWeight, table, {
        vocabulary,
        columns: hidden,
        epsilon,
        tokens: this.size.tokens,
      })
    } catch (error) {
      scope[Symbol.dispose]()
      throw error
    }
  }

  [Symbol.dispose]() {
    this.scope[Symbol.dispose]()
  }
}
