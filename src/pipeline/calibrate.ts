// Calibration on the unquantized model: its hidden states, block by block, and the Hessians of every block's inputs.
import type { Gpu } from '../gpu/gpu.ts'
import { Scope } from '../gpu/scope.ts'
import { checkAdapter } from '../model/memory.ts'
import type { Forward, Model } from '../model/model.ts'
import { capture, type CapturedHessian, type WindowProgress } from './capture.ts'
import { embed, States, type SeenAndHeldOut } from './states.ts'

export class Calibration implements Disposable {
  private readonly scope: Scope
  private readonly states: States
  private readonly forward: Forward
  private next = 0

  /** @throws GpuLimitError naming the tensor this adapter cannot hold. */
  constructor(
    private readonly gpu: Gpu,
    private readonly model: Model,
    windows: SeenAndHeldOut,
  ) {
    checkAdapter(model, gpu.adapter)
    this.scope = new Scope(gpu)
    this.states = this.scope.own(new States(gpu, model, windows))
    this.forward = this.scope.own(model.forward(gpu, this.states))
  }

  /**
   * Yields after every chunk of windows and returns the block's Hessians, in the order of `model.inputs`. Blocks must
   * be asked for in order from 0, since each one moves the hidden states on.
   */
  async *block(block: number): AsyncGenerator<WindowProgress, CapturedHessian[]> {
    const { gpu, model, states, forward } = this
    if (block !== this.next) throw new Error(`calibration: block ${block} was asked for, the next one is ${this.next}`)
    this.next++
    if (block === 0) await embed(gpu, forward, [states])
    using pass = await forward.block(block)
    return yield* capture({ gpu, model, block, states, pass })
  }

  [Symbol.dispose]() {
    this.scope[Symbol.dispose]()
  }
}
