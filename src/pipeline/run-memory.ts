// A run gone through with bytes in place of buffers: what quick.ts, faithful.ts, capture.ts, evaluate.ts and
// generate.ts hold, in their order. Blocks that hold the same are gone through once.
import { Account, Holding } from '../gpu/account.ts'
import { DIVERGENCE_BYTES } from '../kernels/divergence.ts'
import { packedWords } from '../kernels/pack-codes.ts'
import {
  blockSignature,
  ForwardMemory,
  LOGITS,
  RESULTS,
  type ForwardDevice,
  type SubstituteBytes,
} from '../model/forward-memory.ts'
import { holdSquare } from '../quantize/hessian-memory.ts'
import { groupsOf } from '../quantize/problem.ts'
import { recipeNamed } from '../quantize/recipes.ts'
import type { SolveDevice } from '../quantize/step-memory.ts'
import { windowsPerChunk } from './chunks.ts'
import type { MemoryModel } from './memory.ts'
import { bitsOf, type Plan } from './plan.ts'
import { solveMemory, type CapturedMemory } from './solve-memory.ts'

export type RunDevice = ForwardDevice & SolveDevice

export const STATES = 'Hidden states'

/** Hidden states of windows, and the tokens of their largest chunk. */
interface StatesMemory extends Disposable {
  tokens: number
}

export class RunMemory {
  readonly account = new Account()

  constructor(
    private readonly model: MemoryModel,
    private readonly plan: Plan,
    private readonly device: RunDevice,
  ) {}

  quick(): void {
    const { plan, account, device } = this
    account.begin('Calibrate')
    using states = this.states(true)
    using forward = this.forward(states.tokens)
    forward.front()[Symbol.dispose]()
    for (const block of this.blocks((block) => this.signature(block))) {
      account.begin('Calibrate')
      const captured = this.captured(block, () => forward.block(block))
      solveMemory(account, device, plan, captured)
    }
  }

  faithful(): void {
    const { plan, account, device } = this
    const { recipes, correction } = plan
    account.begin('Calibrate')
    using held = new Holding(account)
    const own = recipes.map(() => held.own(this.states(true)))
    if (correction > 0) held.own(this.states(false))
    const { tokens } = own[0]
    const forward = held.own(this.forward(tokens))
    forward.front()[Symbol.dispose]()
    const pair = (block: number) => [Math.max(0, block - 1), block].map((one) => this.signature(one)).join()
    for (const block of this.blocks((block) => (block === 0 ? 'first' : pair(block))))
      for (const [i, recipe] of (block === 0 ? recipes.slice(0, 1) : recipes).entries()) {
        account.begin('Calibrate')
        const load = () => {
          const blocks = new Holding(account)
          blocks.own(forward.block(block))
          if (block > 0) blocks.own(forward.block(block - 1, this.substitute(recipe)))
          if (block > 0 && correction > 0 && i === 0) blocks.own(forward.block(block - 1))
          return blocks
        }
        const captured = this.captured(block, load, { tokens, drift: block > 0 && correction > 0 })
        solveMemory(account, device, plan, captured, block === 0 ? recipes : [recipe])
      }
  }

  /** The unquantized model, then one recipe's beside it. */
  evaluate(): void {
    const { account, plan } = this
    const { windows, recipes } = plan
    if (!windows) return
    using kept = new Holding(account)
    for (const [i, recipe] of [undefined, ...recipes].entries()) {
      account.begin('Evaluate')
      const chunks = this.chunks(windows)
      const { tokens } = chunks
      using forward = this.forward(tokens)
      forward.front()[Symbol.dispose]()
      for (const block of this.blocks((block) => this.signature(block)))
        forward.block(block, recipe === undefined ? undefined : this.substitute(recipe))[Symbol.dispose]()
      using head = new Holding(account)
      head.own(forward.head(i === 0 ? 1 : 2))
      for (const bytes of [4 * tokens, 12 * tokens, ...(i === 0 ? [] : [DIVERGENCE_BYTES * tokens])])
        head.hold(LOGITS, bytes)
      if (i === 0) kept.own(chunks)
      else chunks[Symbol.dispose]()
    }
  }

  /** All weights, with keys and values of `window` tokens. */
  write(window: number): void {
    const { account, model, device } = this
    const { hidden, vocabulary, blocks } = model.facts
    account.begin('Write')
    const tokens = Math.min(256, window)
    using held = new Holding(account)
    for (const bytes of [4 * tokens * hidden, 4 * hidden]) held.hold(STATES, bytes)
    held.hold(LOGITS, 4 * vocabulary)
    const forward = held.own(new ForwardMemory(account, device, model.design, { tokens, window }))
    held.own(forward.front())
    for (let block = 0; block < blocks; block++) held.own(forward.block(block, undefined, true))
    const single = held.own(new ForwardMemory(account, device, model.design, { tokens: 1, window }))
    held.own(single.head(1))
  }

  private forward(tokens: number): ForwardMemory {
    const { account, device, model, plan } = this
    return new ForwardMemory(account, device, model.design, { tokens, window: plan.window })
  }

  /** Calibration windows, and those held out. */
  private states(heldOut: boolean): StatesMemory {
    const { plan, account } = this
    const held = new Holding(account)
    const all = [plan.samples, ...(heldOut && plan.heldOut ? [plan.heldOut] : [])]
    const tokens = Math.max(...all.map((windows) => held.own(this.chunks(windows)).tokens))
    return { tokens, [Symbol.dispose]: () => held[Symbol.dispose]() }
  }

  private chunks(windows: number): StatesMemory {
    const { plan, account, model, device } = this
    const { window } = plan
    const { hidden } = model.facts
    const held = new Holding(account)
    const most = windowsPerChunk(device, model, { window, windows })
    for (let first = 0; first < windows; first += most) {
      const tokens = Math.min(most, windows - first) * window
      held.hold(STATES, 4 * tokens * hidden, `hidden states of ${tokens} tokens`)
    }
    return { tokens: most * window, [Symbol.dispose]: () => held[Symbol.dispose]() }
  }

  /** `own`: states wait, as they are a recipe's own. */
  private captured(block: number, load: () => Disposable, own?: { tokens: number; drift: boolean }): CapturedMemory[] {
    const { account, model, plan } = this
    using held = new Holding(account)
    held.own(load())
    const groups = model.inputs(block)
    const matrices = (what: string) => groups.map(({ columns }) => holdSquare(account, columns, what))
    const seen = matrices('H')
    const heldOut = plan.heldOut > 0 ? matrices('held-out H') : undefined
    const drift = own?.drift ? matrices('drift') : undefined
    if (own) held.hold(STATES, 4 * own.tokens * model.facts.hidden, 'moving hidden states')
    if (own?.drift)
      for (const { columns } of groups) for (let i = 0; i < 2; i++) held.hold(RESULTS, 4 * own.tokens * columns)
    return groups.map(({ layers, columns }, i) => ({
      layers,
      columns,
      matrix: seen[i],
      heldOut: heldOut?.[i],
      drift: drift?.[i],
    }))
  }

  /** Recipes without a transform leave codes, which weigh something until the weights are made of them. */
  private substitute(name: string): SubstituteBytes {
    const { plan } = this
    const coded = recipeNamed(name).transform.name === 'none'
    return ({ layer, rows, columns }) => {
      const words = packedWords(columns, bitsOf(plan, layer)) + 2 * groupsOf(columns, plan.group).groups
      return coded ? 4 * rows * words : 0
    }
  }

  private signature(block: number): string {
    const { model, plan } = this
    const bits = model.inputs(block).flatMap(({ layers }) => layers.map(({ layer }) => bitsOf(plan, layer)))
    return blockSignature(model.design.blocks[block]) + bits.join()
  }

  /** The first of all blocks alike. */
  private blocks(like: (block: number) => string): number[] {
    const seen = new Set<string>()
    return [...this.model.design.blocks.keys()].filter((block) => {
      const key = like(block)
      return !seen.has(key) && seen.add(key)
    })
  }
}
