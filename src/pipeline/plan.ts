// The plan: everything that decides a run's numbers, as plain data. It is what the URL carries and what a finished run records.
import type { GridSettings } from '../quantize/problem.ts'

export interface Plan extends GridSettings {
  /** Recipe names, in the order they are solved. */
  recipes: readonly string[]
  grid: string
  /** Column order of GPTQ where a recipe does not fix its own. */
  order: 'natural' | 'activation'
  /** Damping of GPTQ's factor as a fraction of mean diag H. */
  damp: number
  /** Tokens of a window, for calibration and evaluation alike. */
  window: number
  /** Calibration windows. */
  samples: number
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
  window: 256,
  samples: 16,
  windows: 16,
}
