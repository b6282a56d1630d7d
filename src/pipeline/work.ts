// What a plan asks of a device, by phase, counted before anything runs: multiply-adds of products, Hessians and
// attention, weights read from their files, waits for the device, and the layers that recipes solve.
//   block, per token: Σ rows · columns + window · width of attention (both halves of the causal square)
//   Hessian, per token: columns² / 2 of every distinct input;   head, per token: vocabulary · hidden
import type { BareLayer } from '../formats/bare.ts'
import type { Model } from '../model/model.ts'
import { TOKENS_PER_CHUNK } from './bare-layers.ts'
import type { Plan } from './plan.ts'

/** Sums over a phase. */
export interface Work {
  /** Multiply-adds of matrix products. */
  products: number
  /** Of H = XᵀX. */
  grams: number
  attention: number
  /** Numbers that norms, activations and sums touch. */
  elements: number
  /** Weights read from their files and brought to the device. */
  weights: number
  /** Passes of a chunk through a block, after each of which the device is waited for. */
  waits: number
}

/** A layer that every recipe of the plan solves, and how often. */
export interface SolveWork {
  rows: number
  columns: number
  times: number
}

export interface PlanWork {
  calibrating: Work
  /** Reading of the layers apart from it. */
  solving: { layers: SolveWork[]; hessians: { columns: number; times: number }[]; weights: number }
  evaluating: Work
}

/** Windows that there are, which may be fewer than the plan asks for. */
export interface WindowCounts {
  calibration: number
  heldOut: number
  evaluation: number
}

type Counted = Pick<Model, 'facts' | 'layers' | 'inputs'>

const none: Work = { products: 0, grams: 0, attention: 0, elements: 0, weights: 0, waits: 0 }

/** Of matrices without a model; those in `kept` have Hessians of earlier runs. */
export function bareWork(matrices: readonly BareLayer[], kept: (layer: string) => boolean): PlanWork {
  const own = matrices.flatMap(({ layer, columns, inputs }) =>
    inputs && !kept(layer) ? [{ columns, tokens: inputs.tokens }] : [],
  )
  const total = <T>(of: readonly T[], part: (one: T) => number) => of.reduce((sum, one) => sum + part(one), 0)
  return {
    calibrating: {
      ...none,
      grams: total(own, ({ tokens, columns }) => (tokens * columns ** 2) / 2),
      // Inputs are read and brought to the device as weights are.
      weights: total(own, ({ tokens, columns }) => tokens * columns),
      waits: total(own, ({ tokens }) => Math.ceil(tokens / TOKENS_PER_CHUNK)),
    },
    solving: {
      layers: matrices.map(({ rows, columns }) => ({ rows, columns, times: 1 })),
      hessians: matrices.map(({ columns }) => ({ columns, times: 1 })),
      weights: total(matrices, ({ rows, columns }) => rows * columns),
    },
    evaluating: none,
  }
}

/** `perChunk`: windows that pass together. `cached`: the Hessians of an earlier run are used again. */
export function planWork(
  model: Counted,
  plan: Plan,
  windows: WindowCounts,
  { perChunk, cached = false }: { perChunk: number; cached?: boolean },
): PlanWork {
  const { facts, layers } = model
  const { window, recipes, mode, correction } = plan
  const all = Array.from({ length: facts.blocks }, (_, block) => {
    const inputs = model.inputs(block)
    const weights = inputs.flatMap((input) => input.layers).reduce((sum, { rows, columns }) => sum + rows * columns, 0)
    // Norms, residuals and positions are as wide as the model, activations as the rows of all layers.
    const elements = 8 * facts.hidden + inputs.flatMap((input) => input.layers).reduce((sum, { rows }) => sum + rows, 0)
    // The second input is what attention gives: heads · width.
    return { weights, inputs, elements, attention: window * (inputs[1] ?? inputs[0]).columns }
  })
  const table = facts.vocabulary * facts.hidden

  /** `times` windows through a block, its Hessians taken or not. */
  const pass = (block: number, count: number, hessians: boolean): Work => {
    const tokens = count * window
    const { weights, inputs, attention, elements } = all[block]
    return {
      products: tokens * weights,
      grams: hessians ? tokens * inputs.reduce((sum, { columns }) => sum + columns ** 2 / 2, 0) : 0,
      attention: tokens * attention,
      elements: tokens * elements,
      weights,
      waits: Math.ceil(count / perChunk),
    }
  }
  const sum = (parts: readonly Work[]): Work =>
    parts.reduce(
      (total, part) => ({
        products: total.products + part.products,
        grams: total.grams + part.grams,
        attention: total.attention + part.attention,
        elements: total.elements + part.elements,
        weights: total.weights + part.weights,
        waits: total.waits + part.waits,
      }),
      none,
    )
  const blocks = all.map((_, block) => block)
  const seen = windows.calibration + windows.heldOut
  const faithful = mode === 'faithful'
  const calibrating = faithful
    ? sum([
        pass(0, seen, true),
        ...blocks.slice(1).flatMap((block) =>
          recipes.flatMap((_, i) => [
            pass(block, seen, true),
            // The block before once more, with the weights it was given.
            { ...pass(block - 1, seen, false), weights: 0 },
            ...(correction > 0
              ? [pass(block, windows.calibration, true), ...(i ? [] : [pass(block - 1, windows.calibration, false)])]
              : []),
          ]),
        ),
      ])
    : cached
      ? none
      : sum(blocks.map((block) => pass(block, seen, true)))

  const times = (block: number) => (faithful && block > 0 ? recipes.length : 1)
  const models = windows.evaluation ? recipes.length + 1 : 0
  const targets = windows.evaluation * window
  const evaluating = sum([
    ...Array.from({ length: models }, (_, one) => [
      ...blocks.map((block) => {
        const work = pass(block, windows.evaluation, false)
        // A recipe's own weights come from its codes.
        return one ? { ...work, weights: 0 } : work
      }),
      // The output table; behind a recipe's model the logits of both are compared.
      {
        ...none,
        products: targets * table * (one ? 2 : 1),
        // Exponentials of the logits; of both models, where they are compared.
        elements: targets * facts.vocabulary * (one ? 6 : 2),
        weights: table,
      },
    ]).flat(),
  ])
  return {
    calibrating,
    solving: {
      layers: layers.map(({ rows, columns }) => ({ rows, columns, times: 1 })),
      hessians: blocks.flatMap((block) => all[block].inputs.map(({ columns }) => ({ columns, times: times(block) }))),
      weights: layers.reduce((total, { block, rows, columns }) => total + times(block) * rows * columns, 0),
    },
    evaluating,
  }
}
