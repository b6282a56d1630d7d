// Solves one layer's problem by recipes: transform, grid, chain of steps; what recipes have in common is computed once.
// objective = tr(E H Eᵀ), E = Ŵ − W, H undamped, from scratch for the final codes; relative = objective / tr(W H Wᵀ).
import type { GpuBuffer } from '../gpu/buffer.ts'
import type { Gpu } from '../gpu/gpu.ts'
import type { GridSettings, Problem } from './problem.ts'
import type { Recipe, StageChoice } from './recipes.ts'
import type { DescentPoint } from './stage.ts'

export interface SolverOptions {
  /** Grid of recipes that do not fix their own. */
  grid: StageChoice
  settings: GridSettings
  /** Column order of gptq where a recipe does not fix its own. */
  order: 'natural' | 'activation'
  /** First damping of gptq's factor, a fraction of mean diag H. */
  damp: number
}

/** A solved layer in ordinary memory. ŵ[row, j] = scales[row, g] · (code − zeros[row, g]), g = ⌊j / width⌋. */
export interface Solution {
  rows: number
  columns: number
  objective: number
  relative: number
  /** Accepted changes of single codes by all steps, over all rows. */
  moves: number
  /** Every damping tried (fractions of mean diag H), the last one worked; null where no factor was needed. */
  damping: number[] | null
  levels: {
    bits: number
    group: number
    width: number
    groups: number
    /** [rows, groups] */
    scales: Float32Array
    /** [rows, groups], integers */
    zeros: Float32Array
  }
  /** Dense little-endian bitstream of every row, padded to whole words: [rows, ⌈columns · bits / 32⌉]. */
  codes: Uint32Array
}

/** Points of a running step. */
export interface SolveProgress {
  step: string
  points: DescentPoint[]
}

export declare class LayerSolver implements Disposable {
  constructor(gpu: Gpu, problem: Problem, options: SolverOptions)
  solve(recipe: Recipe): AsyncGenerator<SolveProgress, Solution>
  [Symbol.dispose](): void
}

/** ŵ f32 [rows, columns] of a solution; the caller owns the buffer. */
export declare function dequantizeSolution(gpu: Gpu, solution: Solution): GpuBuffer
