// The events of a run: plain data, yielded by run.ts. They are the worker's messages, what the store folds, the command line's
// output and the recorded run. Losses: objective = tr(E H Eᵀ) with undamped H = XᵀX / tokens; relative = objective / tr(W H Wᵀ).
import type { AdapterFacts } from '../gpu/gpu.ts'
import type { LayerFacts, ModelFacts } from '../model/facts.ts'
import type { HessianHealth } from '../quantize/health.ts'
import type { LayerLoss } from '../quantize/solution.ts'
import type { Plan } from './plan.ts'

export type { LayerFacts, ModelFacts }

export interface Perplexity {
  value: number
  /** Of the perplexity: value · s(window losses) / √windows; one window has none. */
  standardError?: number
  windows: number
  window: number
  targets: number
  /** KL(unquantized ‖ this model) of the next token over the same targets, in nats: mean and 99th percentile; not of the unquantized model. */
  kl?: { mean: number; p99: number }
  /** Share of the targets before which both models find the same token likeliest. */
  top1?: number
}

export interface LayerResult {
  layer: string
  recipe: string
  bits: number
  group: number
  grid: string
  objective: number
  relative: number
  rows: number
  columns: number
  moves: number
  /** Loss on tokens that no solver saw; absent where the plan keeps none. */
  heldOut?: LayerLoss
  /** Bits per weight with scales, zeros and what a transform stores. */
  effectiveBits: number
  /** What its steps have to say about how they ran; absent where nothing. */
  notes?: string[]
  /** Damping that worked (fraction of mean diag H); null where no factor was needed. */
  damping: number | null
  adapter: string
  /** Work time, stamped by the entry point that owns a clock. */
  ms?: number
}

export type RunEvent =
  | {
      event: 'started'
      plan: Plan
      /** `fingerprint` (model/fingerprint.ts) and the digests name what was measured on; old recordings have none. */
      model: ModelFacts & { fingerprint?: string }
      adapter: AdapterFacts
      layers: LayerFacts[]
      /** True when the Hessians of an earlier run are used again. */
      cached: boolean
      /** `heldOut`: windows behind them that no solver sees; absent where there are none. */
      calibration: {
        text: string
        tokens: number
        windows: number
        heldOut?: number
        digest?: string
        heldOutDigest?: string
      }
      evaluation: { text: string; windows: number; digest?: string }
      /** Matrices without a model: so many have inputs of their own, all others H = I; there are no texts. */
      bare?: { withInputs: number }
    }
  /**
   * Windows of this block's calibration that are through, held-out ones too. `recipe`: whose model; absent where all
   * share it. `layer`: of a matrix without a model, whose inputs are given; then `windows` and `of` count tokens.
   */
  | { event: 'calibrating'; block: number; recipe?: string; layer?: string; windows: number; of: number }
  /**
   * One Hessian: shared by `layers`. `recipe`: whose own it is; absent where all recipes share it. `deadColumns` =
   * diagonal entries that are zero. `few` = tokens < 4 × columns. `identity`: no inputs are known, so H = I stands in
   * their place, and `tokens` is 0.
   */
  | {
      event: 'hessian'
      block: number
      recipe?: string
      layers: string[]
      columns: number
      tokens: number
      deadColumns: number
      few: boolean
      identity?: true
    }
  /**
   * The health of that Hessian, once its layers are solved. `damping`: all that was tried on the plan's own; more than
   * one where H + damping was not positive definite.
   */
  | ({
      event: 'health'
      block: number
      /** The only recipe that sees it, in faithful mode. */
      recipe?: string
      layers: string[]
      tokensPerColumn: number
    } & HessianHealth)
  /** Work on (layer, recipe) begins. */
  | { event: 'solving'; layer: string; recipe: string }
  /** Points of the current descent; moves are counted over all rows, from this recipe's first step on. */
  | { event: 'descent'; layer: string; recipe: string; step: string; points: { moves: number; objective: number }[] }
  /** The factorisation failed and was repeated with more damping; the last value worked. */
  | { event: 'damping'; layer: string; recipe: string; tried: number[] }
  | ({ event: 'layer' } & LayerResult)
  /** Every recipe has solved this layer: the place where Step stops. */
  | { event: 'solved'; layer: string }
  | { event: 'evaluating'; model: string; windows: number; of: number }
  /** `model` is 'unquantized' or a recipe's name. */
  | ({ event: 'perplexity'; model: string } & Perplexity)
  | { event: 'warning'; text: string; layer?: string }
  | { event: 'finished'; perplexity: Record<string, Perplexity>; layers: LayerResult[] }

/** An event with its time: milliseconds of work since the start, pauses not counted. */
export type TimedEvent = RunEvent & { at: number }
