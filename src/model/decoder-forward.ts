// The forward pass of any design: embedding, blocks, final norm, output head.
import type { Checkpoint } from '../formats/checkpoint.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { Scope } from '../gpu/scope.ts'
import { loadBlock } from './decoder-block.ts'
import { loadFront } from './decoder-front.ts'
import type { Design } from './design.ts'
import type { EmbeddingRows } from './embedding-rows.ts'
import type { Block, Forward, ForwardSize, Front, Head, Substitute } from './family.ts'
import { OutputHead } from './output-head.ts'
import { openWorkspace, type Workspace } from './workspace.ts'

export class DecoderForward implements Forward {
  private readonly scope: Scope
  private workspace: Workspace | undefined

  constructor(
    private readonly gpu: Gpu,
    private readonly checkpoint: Checkpoint,
    private readonly design: Design,
    private readonly size: ForwardSize,
    private readonly table: EmbeddingRows,
  ) {
    this.scope = new Scope(gpu)
  }

  front(): Promise<Front> {
    return loadFront(this.gpu, this.checkpoint, this.design, this.table, this.size)
  }

  block(block: number, substitute?: Substitute): Promise<Block> {
    const { gpu, checkpoint, design, size } = this
    const { hidden } = design
    const workspace = (this.workspace ??= openWorkspace(gpu, this.scope, design, size))
    return loadBlock({ gpu, checkpoint, hidden, size, workspace }, design.blocks[block], substitute)
  }

  head(): Promise<Head> {
    return OutputHead.load(this.gpu, this.checkpoint, this.design, this.size.tokens)
  }

  [Symbol.dispose]() {
    this.scope[Symbol.dispose]()
  }
}
