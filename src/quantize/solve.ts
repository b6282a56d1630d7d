// Solves one layer's problem by recipes: transform, grid, chain of steps; what recipes have in common is computed once.
// objective = tr(E H Eᵀ), E = Ŵ − W, H undamped, from scratch for the final codes; relative = objective / tr(W H Wᵀ), 0
// where both are 0.
import { InputError } from '../formats/errors.ts'
import type { GpuBuffer } from '../gpu/buffer.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { Scope } from '../gpu/scope.ts'
import { packedWords } from '../kernels/pack-codes.ts'
import { Basis, type SharedGrid } from './basis.ts'
import type { EigenClip, Hessian } from './hessian.ts'
import { Measure } from './measure.ts'
import { named, optionValues, type OptionTable, type OptionValues } from './options.ts'
import type { GridSettings, Levels, Problem } from './problem.ts'
import type { Recipe, StageChoice } from './recipes.ts'
import { dequantizedOnGpu, levelBits, packedOnGpu, type Solution } from './solution.ts'
import type { DescentPoint, StepResult, Transform, WithLevels, Work } from './stage.ts'
import { progress } from './step-points.ts'
import { steps } from './steps/index.ts'
import { together } from './together.ts'
import { transforms } from './transforms/index.ts'

/** What the plan decides for every stage that has an option of that name, where a recipe does not fix its own. */
export interface StageDefaults {
  /** Column order of gptq and of cyclic descent. */
  order: 'natural' | 'activation'
  /** First damping of gptq's factor, a fraction of mean diag H. */
  damp: number
  /** Of everything random. */
  seed: number
}

export interface SolverOptions extends StageDefaults {
  /** Grid of recipes that do not fix their own. */
  grid: StageChoice
  settings: GridSettings
  /** What solvers see of H; reported losses are on H itself. */
  eigenClip: EigenClip
}

/** Points of a running step. */
export interface SolveProgress {
  step: string
  points: DescentPoint[]
}

/**
 * A look at the codes u32 [rows, columns] of a recipe at work, and at their levels; they change when it returns. `first`:
 * their first row in the layer, which may be solved in parts; moves and objective are those of the whole layer once
 * `all` of its rows have been seen, and before that of those that were.
 */
export type Watch = (
  look: DescentPoint & Look & { step: string; codes: GpuBuffer; levels: Levels; rows: number; columns: number },
) => Promise<void>

interface Look {
  first: number
  all: boolean
}

const ownBasis: StageChoice = { name: 'none' }

/** Solves one problem by any number of recipes, one after another. Owns what it derives, not the problem. */
export class LayerSolver implements Disposable {
  private readonly bases = new Map<string, Promise<Basis>>()
  private readonly scope: Scope
  private energies: Promise<readonly number[]> | undefined
  private readonly held: Measure | undefined

  /**
   * `heldOut`: H of tokens that no solver sees, for a second loss of the same codes. `energies`: what `knownEnergies`
   * of an earlier solver of the same problem gave.
   * @throws InputError when a group is larger than a row.
   */
  constructor(
    private readonly gpu: Gpu,
    private readonly problem: Problem,
    private readonly options: SolverOptions,
    heldOut?: Hessian,
    energies?: readonly number[],
  ) {
    const { group } = options.settings
    if (group > problem.columns)
      throw new InputError(`group ${group} is larger than the ${problem.columns} columns of ${problem.weights.label}`)
    this.scope = new Scope(gpu)
    if (energies) this.energies = Promise.resolve(energies)
    if (heldOut)
      this.held = this.scope.own(
        new Measure(gpu, { rows: problem.rows, columns: problem.columns, weights: problem.weights, hessian: heldOut }),
      )
  }

  /**
   * Yields the points of every running step; stopping it frees what the recipe holds. `watch` sees the codes on the way
   * and after every step, which takes time and changes nothing.
   */
  async *solve(recipe: Recipe, watch?: Watch): AsyncGenerator<SolveProgress, Solution> {
    const { gpu, options } = this
    const chain = recipe.steps.map((choice) => this.chosen(choice))
    if (!chain.length || chain[0].step.refines)
      throw new RangeError(
        `recipe '${recipe.name}' begins with '${recipe.steps[0]?.name ?? 'nothing'}', which has no codes to improve`,
      )
    // The energy first: it overwrites the product that the first step's codes will need.
    await this.knownEnergies()
    const basis = await this.basis(recipe.transform)
    const grid = await basis.grid(recipe.grid ?? options.grid)
    const { codes, measure, truth } = basis
    using own = new Scope(gpu)
    let work: Work = { gpu, problem: basis.problem, levels: grid.levels, codes, measure, truth }
    const curve = { begun: false, moves: 0 }
    let damping: number[] | null = null
    const notes: string[] = []
    for (const [place, { step, values, key }] of chain.entries()) {
      const look = ({ moves, objective }: DescentPoint) => {
        const { rows, columns } = basis.problem
        return watch!({
          step: step.name,
          moves: curve.moves + moves,
          objective,
          codes,
          levels: work.levels,
          rows,
          columns,
          ...{ first: 0, all: true },
        })
      }
      delete work.watch
      if (watch && step.watched) work.watch = look
      const kept = place === 0 ? grid.starts.get(key) : undefined
      const result: StepResult & WithLevels<Levels> = kept
        ? basis.restore(kept)
        : yield* progress(step, step.run(work, values), curve)
      if (result.levels) work = { ...work, levels: own.own(result.levels) }
      else if (place === 0 && !kept) basis.keep(grid, key, result)
      if (watch) await look({ moves: result.moves, objective: await truth.objective(codes, work.levels) })
      curve.moves += result.moves
      damping = result.damping ?? damping
      if (result.note) notes.push(result.note)
    }
    return { ...(await this.finish(basis, grid, work)), moves: curve.moves, damping, notes }
  }

  /** Makes the grid of a recipe ahead of its solution: where rows look at each other, all parts do it together. */
  async prepare(recipe: Recipe): Promise<void> {
    await (await this.basis(recipe.transform)).grid(recipe.grid ?? this.options.grid)
  }

  /** tr(E H Eᵀ) of E = `weights` − W for weights f32 [rows, columns], and the same on held-out tokens. */
  async objectivesOf(weights: GpuBuffer): Promise<readonly number[]> {
    const { truth } = await this.basis(ownBasis)
    const found = await together([truth, ...(this.held ? [this.held] : [])].map((one) => one.objectiveOf(weights)))
    this.held?.changed()
    return found
  }

  /** Losses, levels and codes of what a chain ended with. */
  private async finish(
    basis: Basis,
    grid: SharedGrid,
    { levels, codes }: Work,
  ): Promise<Omit<Solution, 'moves' | 'damping' | 'notes'>> {
    const { gpu, problem, held } = this
    const { restore, storedBits } = basis.transformed
    const { rows, columns } = basis.problem
    const { bits, width, groups, scales, zeros } = levels
    const [energy, heldEnergy] = await this.knownEnergies()
    const loss = (objective: number, of: number) => ({ objective, relative: objective === 0 ? 0 : objective / of })
    using own = new Scope(gpu)
    const stream = own.own(packedOnGpu(gpu, codes, { rows, columns, bits }))
    const dequantized = () =>
      own.own(dequantizedOnGpu(gpu, { packed: stream, scales, zeros }, { rows, columns, width, groups, bits }))
    const restored = restore && own.own(await restore(dequantized()))
    const layer = restored ? await this.basis(ownBasis) : basis
    const objectives = [layer.truth, ...(held ? [held] : [])].map((measure) =>
      restored ? measure.objectiveOf(restored) : measure.objective(codes, levels),
    )
    // Read back together: every answer of the GPU takes a while on its own.
    const [[objective, heldObjective], packedCodes, solvedLevels, restoredValues] = await together([
      together(objectives),
      gpu.readU32(stream, 0, rows * packedWords(columns, bits)),
      basis.solved(grid, levels),
      restored && gpu.readF32(restored, 0, problem.rows * problem.columns),
    ])
    held?.changed()
    return {
      rows,
      columns,
      ...loss(objective, energy),
      ...(held && { heldOut: loss(heldObjective, heldEnergy) }),
      levels: solvedLevels,
      codes: packedCodes,
      ...(restoredValues && { restored: restoredValues }),
      effectiveBits: (storedBits + levelBits(levels, rows) + rows * columns * bits) / (problem.rows * problem.columns),
    }
  }

  /** tr(W H Wᵀ), and the same on held-out tokens. @throws InputError when one is not finite. */
  knownEnergies(): Promise<readonly number[]> {
    return (this.energies ??= this.measureEnergies())
  }

  private async measureEnergies(): Promise<number[]> {
    const { truth } = await this.basis(ownBasis)
    return together([truth, ...(this.held ? [this.held] : [])].map((measure) => measure.energy()))
  }

  private chosen(choice: StageChoice) {
    const step = named('step', steps, choice.name)
    const values = this.valuesOf(step, choice)
    return { step, values, key: JSON.stringify([step.name, values]) }
  }

  private valuesOf<O extends OptionTable>(stage: { options: O }, choice: StageChoice) {
    return valuesFor(stage, choice, this.options)
  }

  private basis(choice: StageChoice): Promise<Basis> {
    const transform = named('transform', transforms, choice.name)
    const values = this.valuesOf(transform, choice)
    const key = JSON.stringify([choice.name, values])
    let basis = this.bases.get(key)
    if (!basis) this.bases.set(key, (basis = this.makeBasis(transform, values)))
    return basis
  }

  private async makeBasis(transform: Transform, values: OptionValues<OptionTable>): Promise<Basis> {
    const { gpu, problem, options } = this
    const transformed = await transform.run(gpu, problem, options.settings, values)
    return this.scope.own(await Basis.create(gpu, transformed, options.settings, options.eigenClip))
  }

  [Symbol.dispose]() {
    this.scope[Symbol.dispose]()
    this.bases.clear()
  }
}

/** The values of a stage's options: a recipe's choice, else the plan's, else the usual. */
export function valuesFor<O extends OptionTable>(stage: { options: O }, choice: StageChoice, plan: StageDefaults) {
  return optionValues(stage.options, { ...defaultsFor(stage, plan), ...choice.options })
}

/** The plan's values for the options that a stage has. */
export function defaultsFor(
  { options }: { options: OptionTable },
  { order, damp, seed }: StageDefaults,
): Record<string, number | string> {
  return Object.fromEntries(Object.entries({ order, damp, seed }).filter(([name]) => name in options))
}
