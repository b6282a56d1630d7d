// The plan: everything that decides a run's numbers, as plain data. It is what the URL carries and what a finished run records.
import type { GridSettings } from '../quantize/problem.ts'
import type { SolverOptions } from '../quantize/solve.ts'

export interface Plan extends GridSettings {
  /** Recipe names, in the order they are solved. */
  recipes: readonly string[]
  /** Bits of single layers by tensor path; layers that are absent have `bits`. Absent: all have. */
  layerBits?: Readonly<Record<string, number>>
  grid: string
  /** Column order of GPTQ and cyclic descent where a recipe does not fix its own. */
  order: 'natural' | 'activation'
  /** Damping of GPTQ's factor as a fraction of mean diag H. */
  damp: number
  /** Fraction of the largest eigenvalues of H that solvers see lowered to the next one; 0: none. */
  eigenClip: number
  /** Eigenvalues above this multiple of mean diag H are lowered to it; 0: none. */
  eigenThreshold: number
  /** Of everything random: signs, frames, pairs. */
  seed: number
  /**
   * quick: Hessians of the unquantized model, shared by all recipes. faithful: every recipe's own, block by block from
   * its partially quantized model, as GPTQ and QuantEase do.
   */
  mode: 'quick' | 'faithful'
  /** Part α of the error of earlier blocks that descents make up for (QEP); faithful mode only, 0: none. */
  correction: number
  /** Tokens of a window, for calibration and evaluation alike. */
  window: number
  /** Calibration windows. */
  samples: number
  /** Windows of the calibration text after those, for a loss on tokens that no solver saw; 0: none. */
  heldOut: number
  /** Evaluation windows; 0 skips the evaluation. */
  windows: number
}

export const defaultPlan: Plan = {
  recipes: ['rtn', 'gptq', 'cyclic', 'cdquant', 'gptq+cdquant'],
  bits: 3,
  group: 0,
  symmetric: false,
  scaleType: 'f16',
  grid: 'minmax',
  order: 'natural',
  damp: 0.01,
  eigenClip: 0,
  eigenThreshold: 0,
  seed: 1,
  mode: 'quick',
  correction: 0,
  window: 256,
  samples: 16,
  heldOut: 0,
  windows: 16,
}

/** Bits of one layer's codes, by its tensor path. */
export function bitsOf({ bits, layerBits }: Pick<Plan, 'bits' | 'layerBits'>, layer: string): number {
  return layerBits && Object.hasOwn(layerBits, layer) ? layerBits[layer] : bits
}

/** What a plan asks of the solver of a layer that gets so many bits. */
export function solverOptions(plan: Plan, bits = plan.bits): SolverOptions {
  const { group, symmetric, scaleType, grid, order, damp, seed, eigenClip, eigenThreshold } = plan
  return {
    grid: { name: grid },
    settings: { bits, group, symmetric, scaleType },
    order,
    damp,
    seed,
    eigenClip: { fraction: eigenClip, threshold: eigenThreshold },
  }
}
