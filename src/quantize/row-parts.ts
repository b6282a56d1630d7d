// A layer solved in parts of rows, where its weights or what solvers keep beside them are larger than one binding holds.
// Rows of W are independent of each other in every step, so each part has a solver of its own on the same H: losses,
// energies and moves add up, codes and levels are put one below the other. Parts take turns, so that the live curve is at
// every point that of the whole layer. What goes over rows is done for all parts together: one scale for the layer (see
// rows-together.ts), and transforms, behind which the layer is solved in parts of its new rows.
import type { GpuBuffer } from '../gpu/buffer.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { RowTiles } from '../gpu/row-tiles.ts'
import { Scope } from '../gpu/scope.ts'
import type { Hessian } from './hessian.ts'
import { JoinedCurve, joinedWatch } from './joined-curve.ts'
import { joinedSolution, restoredSolution } from './joined-solution.ts'
import { named, type OptionTable, type OptionValues } from './options.ts'
import { inOnePart, oneScale, partRows } from './part-rows.ts'
import type { Problem } from './problem.ts'
import type { Recipe, StageChoice } from './recipes.ts'
import { Meeting, ofParts } from './rows-together.ts'
import { dequantizeSolution, type Solution } from './solution.ts'
import { LayerSolver, valuesFor, type SolveProgress, type SolverOptions, type Watch } from './solve.ts'
import type { Transform } from './stage.ts'
import { together } from './together.ts'
import { changedTiles, restoredTiles, type Change } from './transforms/change.ts'
import { identity } from './transforms/identity.ts'
import { transforms } from './transforms/index.ts'

/** A layer whose weights are still elsewhere. */
export interface PartedLayer {
  /** For messages: 'model.layers.0.mlp.down_proj'. */
  layer: string
  rows: number
  columns: number
  hessian: Hessian
  /** H of tokens that no solver sees. */
  heldOut?: Hessian | undefined
  /** What `knownEnergies` of an earlier solver of the same layer gave. */
  energies?: readonly number[] | undefined
  /** W f32 [count, columns], its rows from `first` on; the parts take it over. */
  weights(first: number, count: number): GpuBuffer | Promise<GpuBuffer>
  /** Shift f32 [rows, columns] of weights f32 [rows, columns] from row `first` on, see Problem; the parts take it over. */
  shift?: ((weights: GpuBuffer, rows: number, first: number) => GpuBuffer) | undefined
}

interface TransformedParts {
  parts: RowParts
  change: Change
}

/** Solves one layer by any number of recipes, as LayerSolver does. Owns the weights, not the Hessians. */
export class RowParts implements Disposable {
  private readonly transformed = new Map<string, Promise<TransformedParts>>()

  private constructor(
    private readonly gpu: Gpu,
    private readonly layer: Pick<PartedLayer, 'layer' | 'rows' | 'columns'>,
    private readonly options: SolverOptions,
    private readonly problems: readonly Problem[],
    private readonly solvers: readonly LayerSolver[],
    private readonly meeting: Meeting,
    private readonly scope: Scope,
  ) {}

  /** Reads and uploads the weights. @throws InputError when they cannot be read or a group is larger than a row. */
  static async open(gpu: Gpu, layer: PartedLayer, options: SolverOptions): Promise<RowParts> {
    const { rows, columns, hessian, heldOut, energies, shift } = layer
    const height = partRows(gpu.adapter, layer, options.settings)
    const counts = Array.from({ length: Math.ceil(rows / height) }, (_, i) => Math.min(height, rows - i * height))
    const meeting = new Meeting(gpu, counts)
    const scope = new Scope(gpu)
    try {
      const problems: Problem[] = []
      const solvers: LayerSolver[] = []
      for (const [part, count] of counts.entries()) {
        const weights = scope.own(await layer.weights(part * height, count))
        const problem: Problem = {
          ...{ rows: count, columns, weights, hessian },
          ...(shift && { shift: scope.own(shift(weights, count, part * height)) }),
          ...(counts.length > 1 && { together: meeting.parts[part] }),
        }
        const known = count === rows ? energies : undefined
        problems.push(problem)
        solvers.push(scope.own(new LayerSolver(gpu, problem, options, heldOut, known)))
      }
      return new RowParts(gpu, { layer: layer.layer, rows, columns }, options, problems, solvers, meeting, scope)
    } catch (error) {
      scope[Symbol.dispose]()
      throw error
    }
  }

  /** tr(W H Wᵀ), and the same on held-out tokens. @throws InputError when one is not finite. */
  async knownEnergies(): Promise<readonly number[]> {
    return sums(await together(this.solvers.map((solver) => solver.knownEnergies())))
  }

  /** Yields the points of every running step. */
  async *solve(recipe: Recipe, watch?: Watch): AsyncGenerator<SolveProgress, Solution> {
    const { solvers, problems, meeting, options } = this
    if (solvers.length === 1 && this.staysWhole(recipe)) return yield* solvers[0].solve(recipe, watch)
    if (recipe.transform.name !== identity.name) return yield* this.solveTransformed(recipe, watch)
    if (oneScale(recipe, options)) await ofParts(problems, true, (part) => solvers[part].prepare(recipe))
    const curve = new JoinedCurve(solvers.length)
    const solved = new Map<number, Solution>()
    const watches = watch && joinedWatch(watch, problems)
    const runs = solvers.map((solver, part) => solver.solve(recipe, watches?.[part]))
    try {
      while (solved.size < runs.length)
        for (const [part, run] of runs.entries())
          // Until it has something to show: what parts share, as a factor of H, the first of them makes for all.
          while (!solved.has(part)) {
            const next = await run.next()
            if (next.done) {
              solved.set(part, next.value)
              const points = curve.end(part, next.value)
              if (points.length) yield { step: recipe.steps.at(-1)!.name, points }
              break
            }
            const { step, points } = next.value
            yield { step, points: curve.add(part, points) }
            if (points.length || meeting.waits(part)) break
          }
    } finally {
      for (const run of runs) await run.return(undefined as never)
    }
    const inOrder = [...solved].sort(([a], [b]) => a - b).map(([, one]) => one)
    return joinedSolution(inOrder, await this.knownEnergies())
  }

  /** A transform may make a layer larger. */
  private staysWhole({ transform: choice }: Recipe): boolean {
    const { gpu, layer, options } = this
    const transform = named('transform', transforms, choice.name)
    const values = valuesFor<OptionTable>(transform, choice, options)
    return inOnePart(gpu.adapter, transform.size?.(layer, values) ?? layer, options.settings)
  }

  /** In another basis, whose rows are others, in parts of their own; then back, and measured where the layer's own are. */
  private async *solveTransformed(recipe: Recipe, watch?: Watch): AsyncGenerator<SolveProgress, Solution> {
    const { gpu, solvers, problems, layer } = this
    const energies = await this.knownEnergies()
    const { parts, change } = await this.transform(recipe.transform)
    const inside = yield* parts.solve({ ...recipe, transform: { name: identity.name } }, watch)
    using dequantized = dequantizeSolution(gpu, inside, inside)
    using weights = restoredTiles(gpu, dequantized, change)
    const losses: (readonly number[])[] = []
    let first = 0
    for (const [part, { rows }] of problems.entries()) {
      using own = weights.band(gpu, first, rows)
      losses.push(await solvers[part].objectivesOf(own))
      first += rows
    }
    const restored = await weights.read(gpu, 0, layer.rows)
    return restoredSolution(inside, { restored, objectives: sums(losses), energies, storedBits: change.storedBits })
  }

  private transform(choice: StageChoice): Promise<TransformedParts> {
    const transform = named('transform', transforms, choice.name)
    const values = valuesFor<OptionTable>(transform, choice, this.options)
    const key = JSON.stringify([choice.name, values])
    let made = this.transformed.get(key)
    if (!made) this.transformed.set(key, (made = this.makeTransformed(transform, values)))
    return made
  }

  private async makeTransformed(transform: Transform, values: OptionValues<OptionTable>): Promise<TransformedParts> {
    const { gpu, layer, options, problems, scope } = this
    const [{ columns, hessian, shift }] = problems
    const change = await transform.change(gpu, problems, options.settings, values)
    const below = (label: string, bufferOf: (problem: Problem) => GpuBuffer) =>
      RowTiles.joined(
        label,
        columns,
        problems.map((problem) => ({ rows: problem.rows, buffer: bufferOf(problem) })),
      )
    const given = {
      hessian,
      weights: below('weights', ({ weights }) => weights),
      shift: shift && below('shift', ({ shift }) => shift!),
    }
    const changed = scope.own(await changedTiles(gpu, given, change))
    const rows = (tiles: RowTiles) => (first: number, count: number) => tiles.band(gpu, first, count)
    const { weights: inside, shift: shifted } = changed
    const parted = {
      ...{ layer: layer.layer, rows: changed.rows, columns: changed.columns, hessian: changed.hessian },
      weights: rows(inside),
      shift: shifted && ((_weights: GpuBuffer, count: number, first: number) => rows(shifted)(first, count)),
    }
    const parts = scope.own(await RowParts.open(gpu, parted, options))
    for (const tiles of [inside, shifted]) tiles?.[Symbol.dispose]()
    return { parts, change }
  }

  [Symbol.dispose]() {
    this.scope[Symbol.dispose]()
  }
}

/** Sums of what the parts have, place by place. */
function sums(parts: readonly (readonly number[])[]): number[] {
  return parts[0].map((_, place) => parts.reduce((sum, part) => sum + part[place], 0))
}
