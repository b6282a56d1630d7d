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
  /** Held while a block is alive; solvers and the output head do without. */
  private workspace: Workspace | undefined
  private alive = 0

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

  async block(block: number, substitute?: Substitute): Promise<Block> {
    const { gpu, checkpoint, design, size, scope } = this
    const { hidden } = design
    const workspace = (this.workspace ??= openWorkspace(gpu, scope, design, size))
    this.alive++
    let held = true
    const release = () => {
      if (!held) return
      held = false
      if (--this.alive > 0) return
      scope[Symbol.dispose]()
      this.workspace = undefined
    }
    try {
      const loaded = await loadBlock({ gpu, checkpoint, hidden, size, workspace }, design.blocks[block], substitute)
      return {
        ...loaded,
        [Symbol.dispose]() {
          loaded[Symbol.dispose]()
          release()
        },
      }
    } catch (error) {
      release()
      throw error
    }
  }

  head(): Promise<Head> {
    return OutputHead.load(this.gpu, this.checkpoint, this.design, this.size.tokens)
  }

  [Symbol.dispose]() {
    this.scope[Symbol.dispose]()
  }
}
