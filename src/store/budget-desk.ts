// The bit budget as the page handles it: recipe, budget and pins, and the mix that was run to verify a prediction.
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Perplexity, TimedEvent } from '../pipeline/events.ts'
import type { Plan } from '../pipeline/plan.ts'
import type { OwnTexts } from '../worker/questions.ts'
import type { Pins } from './budget.ts'
import { withMix } from './mix.ts'
import type { Questions } from './questions.ts'
import type { RecordBook } from './records-book.ts'
import { effectiveBitsOf, meanRelative } from './records.ts'
import { emptyRun, fold, type Run } from './run.ts'
import { without } from './without.ts'

export interface Verification {
  /** Which mix, under which settings: another one is not verified by it. */
  key: string
  state: 'working' | 'done' | 'stopped' | 'refused'
  /** What the measured losses of the layers say of the mix. */
  predicted: number
  layers: { done: number; of: number }
  evaluating?: string
  /** Arithmetic mean of the layers' relative losses, in the run of the mix. */
  measured?: number
  effectiveBits?: number
  perplexity?: Perplexity
  unquantized?: Perplexity
  problem?: string
}

export interface BudgetState {
  /** Absent: the page chooses. */
  recipe?: string
  /** Effective bits per weight; absent: as much as the plan's bits cost. */
  budget?: number
  pins: Pins
  verification?: Verification
}

export interface MixAsked {
  plan: Plan
  recipe: string
  layers: readonly { layer: string }[]
  /** One per layer. */
  bits: readonly number[]
  predicted: number
  perplexity: boolean
}

/** Of the same mix of the same recipe. */
export function mixKey({ plan, recipe, bits }: Pick<MixAsked, 'plan' | 'recipe' | 'bits'>): string {
  return JSON.stringify([recipe, bits.join(''), without(plan, 'recipes', 'bits', 'layerBits', 'windows', 'heldOut')])
}

export class BudgetDesk {
  readonly store: StoreApi<BudgetState> = createStore<BudgetState>(() => ({ pins: {} }))
  private ending: AbortController | undefined

  constructor(
    private readonly questions: Pick<Questions, 'ask'>,
    private readonly records: RecordBook,
  ) {}

  private get state(): BudgetState {
    return this.store.getState()
  }

  /** Another recipe has other losses; pins stay, as they are wishes. */
  choose(recipe: string) {
    this.store.setState({ recipe })
  }

  spend(budget: number) {
    this.store.setState({ budget })
  }

  /** Without bits the layer is free again. */
  pin(layer: string, bits?: number) {
    const pins = { ...this.state.pins }
    if (bits === undefined) delete pins[layer]
    else pins[layer] = bits
    this.store.setState({ pins })
  }

  unpinAll() {
    this.store.setState({ pins: {} })
  }

  /** Runs the mix beside the page's own run. Never rejects: what goes wrong is in the state. */
  async verify(asked: MixAsked, texts: OwnTexts): Promise<void> {
    this.ending?.abort()
    const ending = (this.ending = new AbortController())
    const { plan, recipe, layers, bits, predicted, perplexity } = asked
    const set = (change: Partial<Verification>) => {
      const { verification } = this.state
      if (this.ending === ending && verification) this.store.setState({ verification: { ...verification, ...change } })
    }
    const none = { done: 0, of: layers.length }
    this.store.setState({ verification: { key: mixKey(asked), state: 'working', predicted, layers: none } })
    // The same windows as the plan's, held-out ones too: its kept Hessians serve, and stay.
    const mixed: Plan = { ...withMix(plan, layers, bits), recipes: [recipe], windows: perplexity ? plan.windows : 0 }
    let run = emptyRun
    const part = (events: TimedEvent[]) => {
      run = events.reduce(fold, run)
      this.records.hear(run, events)
      set(seen(run, recipe))
    }
    try {
      await this.questions.ask('cells', { plan: mixed, ...texts }, { part, signal: ending.signal })
      set({ ...seen(run, recipe), state: 'done' })
    } catch (error) {
      if (ending.signal.aborted) set({ state: 'stopped' })
      else set({ state: 'refused', problem: error instanceof Error ? error.message : String(error) })
    }
  }

  stop() {
    this.ending?.abort(new Error('stopped'))
  }
}

/** What a run of a mix has shown so far. */
function seen(run: Run, recipe: string): Partial<Verification> {
  const results = run.order.flatMap((layer) => run.layers[layer].results[recipe] ?? [])
  const whole = results.length > 0 && results.length === run.order.length
  const { [recipe]: perplexity, unquantized } = run.perplexity
  return {
    ...(run.order.length && { layers: { done: results.length, of: run.order.length } }),
    ...(whole && { measured: meanRelative(results), effectiveBits: effectiveBitsOf(results) }),
    ...(perplexity && { perplexity }),
    ...(unquantized && { unquantized }),
    ...(run.phase === 'evaluating' && run.progress?.model !== undefined && { evaluating: run.progress.model }),
  }
}
