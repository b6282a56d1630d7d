// What the recipes of one layer share: the problem in one basis, its energy, its grids, and the codes after a first
// step.
import type { GpuBuffer } from '../gpu/buffer.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { Scope } from '../gpu/scope.ts'
import { grids } from './grids/index.ts'
import type { EigenClip } from './hessian.ts'
import { Measure } from './measure.ts'
import { named, optionValues } from './options.ts'
import type { GridSettings, Levels, Problem } from './problem.ts'
import type { StageChoice } from './recipes.ts'
import type { SolvedLevels } from './solution.ts'
import type { StepResult, Transformed } from './stage.ts'

/** The codes after a first step, for other recipes that begin alike. */
export interface Start {
  codes: GpuBuffer
  /** G of the codes. */
  product: GpuBuffer
  objective: Promise<number>
  result: StepResult
}

/** One grid of a layer: its levels on the GPU, and the starts on it by step. */
export interface SharedGrid {
  levels: Levels
  /** The levels in ordinary memory, once they were asked for. */
  solved?: Promise<SolvedLevels>
  starts: Map<string, Start>
}

/** Bytes of starts that are kept for one basis. */
const KEPT_BYTES = 2 ** 28

/** One transformed problem with everything that is computed for it once. */
export class Basis implements Disposable {
  /** u32 [rows, columns]: the codes a recipe works on. */
  readonly codes: GpuBuffer
  /** On the problem as solvers see it. */
  readonly measure: Measure
  /** On the true problem; the same object where solvers see that. */
  readonly truth: Measure
  private readonly scope: Scope
  private readonly grids = new Map<string, Promise<SharedGrid>>()
  private keptBytes = 0

  private constructor(
    private readonly gpu: Gpu,
    readonly transformed: Transformed,
    /** What solvers see: the transformed problem, its Hessian clipped where the plan asks for it. */
    readonly problem: Problem,
    private readonly settings: GridSettings,
  ) {
    const { rows, columns } = problem
    this.scope = new Scope(gpu)
    this.scope.own(transformed)
    this.codes = this.scope.buffer('codes', 4 * rows * columns)
    const { weights, hessian } = transformed.problem
    const seen = problem.hessian !== hessian || problem.shift !== undefined
    const truth = seen ? this.scope.own(new Measure(gpu, { rows, columns, weights, hessian })) : undefined
    this.measure = this.scope.own(new Measure(gpu, problem, truth))
    this.truth = truth ?? this.measure
  }

  /** Takes over `transformed`. */
  static async create(gpu: Gpu, transformed: Transformed, settings: GridSettings, clip: EigenClip): Promise<Basis> {
    try {
      const { problem } = transformed
      return new Basis(gpu, transformed, { ...problem, hessian: await problem.hessian.clipped(clip) }, settings)
    } catch (error) {
      transformed[Symbol.dispose]()
      throw error
    }
  }

  /** The levels of a grid. @throws InputError when the grid or one of its options does not exist. */
  grid(choice: StageChoice): Promise<SharedGrid> {
    const key = JSON.stringify([choice.name, choice.options])
    let shared = this.grids.get(key)
    if (!shared) this.grids.set(key, (shared = this.makeGrid(choice)))
    return shared
  }

  private async makeGrid({ name, options }: StageChoice): Promise<SharedGrid> {
    const { gpu, problem, settings } = this
    const grid = named('grid', grids, name)
    const levels = this.scope.own(await grid.run(gpu, problem, settings, optionValues(grid.options, options)))
    return { levels, starts: new Map() }
  }

  /** The levels of the grid in ordinary memory, read back once, or those that a step has put in their place. */
  solved(grid: SharedGrid, levels: Levels): Promise<SolvedLevels> {
    return levels === grid.levels ? (grid.solved ??= this.readLevels(levels)) : this.readLevels(levels)
  }

  private async readLevels({ scales, zeros, ...facts }: Levels): Promise<SolvedLevels> {
    const { gpu, problem } = this
    const read = (buffer: GpuBuffer) => gpu.readF32(buffer, 0, problem.rows * facts.groups)
    const [scaleValues, zeroValues] = await Promise.all([read(scales), read(zeros)])
    const { bits, group, symmetric, scaleType, width, groups, zeroType } = facts
    const settings = { bits, group, symmetric, scaleType }
    return { ...settings, width, groups, zeroType, scales: scaleValues, zeros: zeroValues }
  }

  /** Measures the codes of a first step and keeps them while there is room. */
  keep({ levels, starts }: SharedGrid, key: string, result: StepResult): void {
    const { gpu, scope, codes, measure } = this
    const bytes = codes.bytes + measure.product.bytes
    if (this.keptBytes + bytes > KEPT_BYTES) return
    this.keptBytes += bytes
    const objective = measure.objective(codes, levels)
    const start = {
      codes: scope.buffer('start codes', codes.bytes),
      product: scope.buffer('start product', measure.product.bytes),
    }
    gpu
      .batch('keep')
      .copy(codes, 0, start.codes, 0, codes.bytes)
      .copy(measure.product, 0, start.product, 0, start.product.bytes)
      .flush()
    starts.set(key, { ...start, objective, result })
  }

  /** The codes of a kept start become those a recipe works on. */
  restore({ codes, product, objective, result }: Start): StepResult {
    this.gpu
      .batch('restore')
      .copy(codes, 0, this.codes, 0, codes.bytes)
      .copy(product, 0, this.measure.product, 0, product.bytes)
      .flush()
    this.measure.restored(objective)
    return result
  }

  [Symbol.dispose]() {
    this.scope[Symbol.dispose]()
  }
}
