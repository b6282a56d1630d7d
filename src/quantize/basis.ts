// What the recipes of one layer share: the problem in one basis, its energy, its grids, and the codes after a first
// step.
import { InputError } from '../formats/errors.ts'
import type { GpuBuffer } from '../gpu/buffer.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { Scope } from '../gpu/scope.ts'
import { grids } from './grids/index.ts'
import { Measure } from './measure.ts'
import { named, optionValues } from './options.ts'
import type { GridSettings, Levels, Problem } from './problem.ts'
import type { StageChoice } from './recipes.ts'
import type { StepResult, Transformed } from './stage.ts'

/** The codes after a first step, for other recipes that begin alike. */
export interface Start {
  codes: GpuBuffer
  /** G of the codes. */
  product: GpuBuffer
  objective: number
  result: StepResult
}

/** One grid of a layer: levels on the GPU, their numbers in ordinary memory, and the starts on it by step. */
export interface SharedGrid {
  levels: Levels
  scales: Float32Array
  zeros: Float32Array
  starts: Map<string, Start>
}

/** Bytes of starts that are kept for one basis. */
const KEPT_BYTES = 2 ** 28

/** One transformed problem with everything that is computed for it once. */
export class Basis implements Disposable {
  readonly problem: Problem
  /** u32 [rows, columns]: the codes a recipe works on. */
  readonly codes: GpuBuffer
  readonly measure: Measure
  private readonly scope: Scope
  private readonly grids = new Map<string, SharedGrid>()
  private keptBytes = 0
  private knownEnergy: number | undefined

  constructor(
    private readonly gpu: Gpu,
    transformed: Transformed,
    private readonly settings: GridSettings,
  ) {
    this.problem = transformed.problem
    const { rows, columns } = this.problem
    this.scope = new Scope(gpu)
    this.scope.own(transformed)
    this.codes = this.scope.buffer('codes', 4 * rows * columns)
    this.measure = this.scope.own(new Measure(gpu, this.problem))
  }

  /** tr(W H Wᵀ); the first call overwrites the measure. @throws InputError when it is not finite. */
  async energy(): Promise<number> {
    if (this.knownEnergy === undefined) {
      const [energy] = await Promise.all([this.measure.energy(), this.problem.hessian.diagonalValues()])
      if (!Number.isFinite(energy))
        throw new InputError(
          `tr(W H Wᵀ) of ${this.problem.weights.label} is ${energy}: weights or inputs are not finite`,
        )
      this.knownEnergy = energy
    }
    return this.knownEnergy
  }

  async grid({ name, options }: StageChoice): Promise<SharedGrid> {
    const key = JSON.stringify([name, options])
    let shared = this.grids.get(key)
    if (!shared) {
      const { gpu, problem, settings } = this
      const grid = named('grid', grids, name)
      const levels = this.scope.own(await grid.run(gpu, problem, settings, optionValues(grid.options, options)))
      const [scales, zeros] = await Promise.all([gpu.readF32(levels.scales), gpu.readF32(levels.zeros)])
      this.grids.set(key, (shared = { levels, scales, zeros, starts: new Map() }))
    }
    return shared
  }

  /** Measures the codes of a first step and keeps them while there is room. */
  async keep({ levels, starts }: SharedGrid, key: string, result: StepResult): Promise<void> {
    const { gpu, scope, codes, measure } = this
    const bytes = codes.bytes + measure.product.bytes
    if (this.keptBytes + bytes > KEPT_BYTES) return
    this.keptBytes += bytes
    const objective = await measure.objective(codes, levels)
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
