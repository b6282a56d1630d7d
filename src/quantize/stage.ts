// The three kinds of stage. A recipe = transform × grid × chain of steps; stages know nothing of models, workers or
// pages.
import type { GpuBuffer } from '../gpu/buffer.ts'
import type { Gpu } from '../gpu/gpu.ts'
import type { Measure } from './measure.ts'
import type { OptionTable, OptionValues } from './options.ts'
import type { GridSettings, Levels, Problem, ReferenceLevels, ReferenceProblem } from './problem.ts'

interface Stage<O extends OptionTable> {
  /** Name in recipes, URLs and on the command line. */
  readonly name: string
  /** Title for people. */
  readonly title: string
  /** One sentence: what it does, with the paper's section in the file's header. */
  readonly summary: string
  readonly options: O
}

/** Changes the basis or scale of (W, H). `restore` brings ŵ back to the layer's own basis. */
export interface Transform<O extends OptionTable = OptionTable> extends Stage<O> {
  reference(
    problem: ReferenceProblem,
    options: OptionValues<O>,
  ): { problem: ReferenceProblem; restore(weights: Float64Array): Float64Array }
  run(gpu: Gpu, problem: Problem, options: OptionValues<O>): Promise<Transformed>
}

/** The transformed problem; disposing of it frees only what the transform made. */
export interface Transformed extends Disposable {
  problem: Problem
  /** Overwrites ŵ f32 [rows, columns] of the transformed basis by ŵ in the layer's basis. */
  restore(weights: GpuBuffer): Promise<void>
}

/** Chooses the levels every weight may take, from the original weights. */
export interface Grid<O extends OptionTable = OptionTable> extends Stage<O> {
  reference(problem: ReferenceProblem, settings: GridSettings, options: OptionValues<O>): ReferenceLevels
  run(gpu: Gpu, problem: Problem, settings: GridSettings, options: OptionValues<O>): Promise<Levels>
}

/** A point of the live curve: the objective after so many accepted moves in the whole layer. */
export interface DescentPoint {
  moves: number
  objective: number
}

/** What a step did. */
export interface StepResult {
  /** Accepted changes of single codes, over all rows; 0 for steps that do not move. */
  moves: number
  /**
   * Every damping tried (a fraction of mean diag H) in order; the last one worked. Absent where no factor is needed.
   */
  damping?: number[]
}

export interface Work {
  gpu: Gpu
  problem: Problem
  levels: Levels
  /** u32 [rows, columns]: codes in, codes out. The first step of a chain finds it unwritten. */
  codes: GpuBuffer
  /** Objective and gradient of the codes; a step that changes codes calls `changed()`. */
  measure: Measure
}

/** Improves the codes. */
export interface Step<O extends OptionTable = OptionTable> extends Stage<O> {
  /** True when it improves existing codes, so that another step must come first. */
  readonly refines: boolean
  /** True when it claims never to raise the objective and to end in a coordinate-wise minimum. */
  readonly descends: boolean
  reference(
    problem: ReferenceProblem,
    levels: ReferenceLevels,
    codes: Uint8Array | undefined,
    options: OptionValues<O>,
  ): StepResult & { codes: Uint8Array }
  /** Yields points as the work goes on; each yield is a place to pause or stop. */
  run(work: Work, options: OptionValues<O>): AsyncGenerator<DescentPoint[], StepResult>
}
