// The three kinds of stage. A recipe = transform × grid × chain of steps; stages know nothing of models, workers or
// pages.
import type { GpuBuffer } from '../gpu/buffer.ts'
import type { Gpu } from '../gpu/gpu.ts'
import type { Measure } from './measure.ts'
import type { OptionTable, OptionValues } from './options.ts'
import type { GridSettings, Levels, Problem, ReferenceLevels, ReferenceProblem } from './problem.ts'
import type { Change } from './transforms/change.ts'

interface Stage<O extends OptionTable> {
  /** Name in recipes, URLs and on the command line. */
  readonly name: string
  /** Title for people. */
  readonly title: string
  /** One sentence: what it does, with the paper's section in the file's header. */
  readonly summary: string
  /** The rule in one line of plain text, W, H, Ŵ, E = Ŵ − W as everywhere. */
  readonly formula: string
  readonly source: Source
  readonly options: O
}

/** Where a stage comes from. */
export interface Source {
  /** Authors, year, section or algorithm. */
  text: string
  /** Absent where there is nothing to link to. */
  url?: string
}

/**
 * Changes the basis or scale of (W, H), and maybe its size. `restore` brings ŵ [rows, columns of the transformed
 * problem] back to the layer's own basis.
 */
export interface Transform<O extends OptionTable = OptionTable> extends Stage<O> {
  reference(
    problem: ReferenceProblem,
    settings: GridSettings,
    options: OptionValues<O>,
  ): { problem: ReferenceProblem; restore(weights: Float64Array): Float64Array }
  /** `settings` are those of the grid to come, for transforms that are chosen by what rounding does to them. */
  run(gpu: Gpu, problem: Problem, settings: GridSettings, options: OptionValues<O>): Promise<Transformed>
  /** Size of the transformed problem; absent: that of the layer. */
  size?(layer: { rows: number; columns: number }, options: OptionValues<O>): { rows: number; columns: number }
  /** What `run` does, for a layer whose rows come in several parts, all of them given. */
  change(gpu: Gpu, parts: readonly Problem[], settings: GridSettings, options: OptionValues<O>): Promise<Change>
}

/** The transformed problem; disposing of it frees only what the transform made. */
export interface Transformed extends Disposable {
  problem: Problem
  /**
   * ŵ f32 [rows, columns] in the layer's basis, of ŵ f32 in the transformed basis; the caller owns both. Absent: the
   * problem is the layer's own.
   */
  restore?(weights: GpuBuffer): Promise<GpuBuffer>
  /** Bits that are stored beside codes and levels to undo the transform: signs, scales, angles. */
  storedBits: number
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
  /** What a reader of the numbers must know: the variant that ran, what was left out and why. */
  note?: string
}

/** A step that also chose new levels gives them here; the steps after it work on them. */
export interface WithLevels<L> {
  levels?: L
}

export interface Work {
  gpu: Gpu
  problem: Problem
  levels: Levels
  /** u32 [rows, columns]: codes in, codes out. The first step of a chain finds it unwritten. */
  codes: GpuBuffer
  /** Loss and gradient of the codes on the problem; a step that changes codes calls `changed()`. */
  measure: Measure
  /**
   * The same with the layer's true Hessian and target; `measure` itself where the solver sees nothing else. What is
   * shown and reported comes from here.
   */
  truth: Measure
  /**
   * For steps that are `watched`: told the point of the codes as they are, often; awaited before they change again.
   * Absent where nobody looks.
   */
  watch?: (point: DescentPoint) => Promise<void>
}

/** Improves the codes. */
export interface Step<O extends OptionTable = OptionTable> extends Stage<O> {
  /** True when it improves existing codes, so that another step must come first. */
  readonly refines: boolean
  /** True when it claims never to raise the objective and to end in a coordinate-wise minimum. */
  readonly descends: boolean
  /** True when it goes by the weights and not by the gradient, so that a problem's shift means nothing to it. */
  readonly ignoresShift?: true
  /** True when it tells `work.watch` of what it does on the way. */
  readonly watched?: true
  reference(
    problem: ReferenceProblem,
    levels: ReferenceLevels,
    codes: Uint8Array | undefined,
    options: OptionValues<O>,
  ): StepResult & WithLevels<ReferenceLevels> & { codes: Uint8Array }
  /** Yields points as the work goes on; each yield is a place to pause or stop. The caller owns new levels. */
  run(work: Work, options: OptionValues<O>): AsyncGenerator<DescentPoint[], StepResult & WithLevels<Levels>>
}
