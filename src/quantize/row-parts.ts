// A layer solved in parts of rows, where its weights or what solvers keep beside them are larger than one binding holds.
// Rows of W are independent of each other in every stage but those that look at all of them, so each part has a solver
// of its own on the same H: losses, energies and moves add up, codes and levels are put one below the other. Parts take
// turns, so that the live curve is at every point that of the whole layer.
import type { GpuBuffer } from '../gpu/buffer.ts'
import { GpuLimitError } from '../gpu/errors.ts'
import type { AdapterFacts, Gpu } from '../gpu/gpu.ts'
import { bindableBytes, TILE_ROWS } from '../gpu/row-tiles.ts'
import { Scope } from '../gpu/scope.ts'
import { grids } from './grids/index.ts'
import type { Hessian } from './hessian.ts'
import { JoinedCurve } from './joined-curve.ts'
import { named, optionValues } from './options.ts'
import { groupsOf, TENSOR } from './problem.ts'
import type { Recipe } from './recipes.ts'
import type { Solution } from './solution.ts'
import { LayerSolver, type SolveProgress, type SolverOptions, type Watch } from './solve.ts'
import { together } from './together.ts'

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
  /** W f32 [count, columns], its rows from `first` on. */
  read(first: number, count: number): Float32Array | Promise<Float32Array>
  /** Shift f32 [rows, columns] of weights f32 [rows, columns], see Problem; the parts take it over. */
  shift?: ((weights: GpuBuffer, rows: number) => GpuBuffer) | undefined
}

type Limits = Pick<AdapterFacts, 'maxBindingBytes' | 'maxBufferBytes'>
type Choices = Pick<SolverOptions, 'grid' | 'settings'>

/** Factors that a clip search may try. */
const FACTORS = 50

/** What of a recipe looks at all rows of a layer at once; undefined where nothing does. */
export function mixesRows(recipe: Recipe, { grid: usual, settings }: Choices): string | undefined {
  if (recipe.transform.name !== 'none') return `transform '${recipe.transform.name}'`
  if (settings.group === TENSOR) return 'one scale for the layer'
  const { name, options } = recipe.grid ?? usual
  const grid = named('grid', grids, name)
  const { per } = optionValues(grid.options, options) as Record<string, unknown>
  return per === 'layer' ? `grid '${name}' with one scale for the layer` : undefined
}

/** Rows of a part: all of them where they fit, else as many as the largest buffer of any solver allows. */
export function partRows(
  adapter: Limits,
  { rows, columns }: { rows: number; columns: number },
  recipes: readonly Recipe[],
  choices: Choices,
): number {
  const limit = bindableBytes(adapter)
  // The history of cyclic descent has two numbers for every weight, and more for blocks; a clip search one per factor.
  const { groups } = groupsOf(columns, choices.settings.group)
  const rowBytes = Math.max(8 * (columns + Math.ceil(columns / 16) + 65), 4 * FACTORS * groups)
  const most = Math.floor(limit / rowBytes)
  const fits = 4 * rows * columns <= limit
  if (rows <= most || (fits && recipes.some((recipe) => mixesRows(recipe, choices)))) return rows
  return most >= TILE_ROWS ? most - (most % TILE_ROWS) : Math.max(1, most)
}

/** @throws GpuLimitError for a recipe that needs all rows of a layer in one binding, which cannot hold them. */
export function refuseMixed(
  adapter: Limits,
  { layer, rows, columns }: { layer: string; rows: number; columns: number },
  recipe: Recipe,
  choices: Choices,
): void {
  const reason = mixesRows(recipe, choices)
  const [bytes, limit] = [4 * rows * columns, bindableBytes(adapter)]
  if (reason && bytes > limit)
    throw new GpuLimitError(
      `${recipe.name}: ${reason} needs all of ${layer} in one buffer of ${bytes} bytes, this adapter allows ${limit}`,
    )
}

/** Solves one layer by any number of recipes, as LayerSolver does. Owns the weights, not the Hessians. */
export class RowParts implements Disposable {
  private constructor(
    private readonly gpu: Gpu,
    private readonly layer: PartedLayer,
    private readonly options: SolverOptions,
    private readonly solvers: readonly LayerSolver[],
    private readonly scope: Scope,
  ) {}

  /** Reads and uploads the weights. @throws InputError when they cannot be read or a group is larger than a row. */
  static async open(
    gpu: Gpu,
    layer: PartedLayer,
    options: SolverOptions,
    recipes: readonly Recipe[],
  ): Promise<RowParts> {
    const { rows, columns, hessian, heldOut, energies, shift } = layer
    const height = partRows(gpu.adapter, layer, recipes, options)
    const scope = new Scope(gpu)
    try {
      const solvers: LayerSolver[] = []
      for (let first = 0; first < rows; first += height) {
        const count = Math.min(height, rows - first)
        const weights = scope.upload(`weights ${layer.layer}`, await layer.read(first, count))
        const problem = {
          ...{ rows: count, columns, weights, hessian },
          ...(shift && { shift: scope.own(shift(weights, count)) }),
        }
        const known = count === rows ? energies : undefined
        solvers.push(scope.own(new LayerSolver(gpu, problem, options, heldOut, known)))
      }
      return new RowParts(gpu, layer, options, solvers, scope)
    } catch (error) {
      scope[Symbol.dispose]()
      throw error
    }
  }

  /** tr(W H Wᵀ), and the same on held-out tokens. @throws InputError when one is not finite. */
  async knownEnergies(): Promise<readonly number[]> {
    const all = await together(this.solvers.map((solver) => solver.knownEnergies()))
    return all[0].map((_, i) => sum(all.map((energies) => energies[i])))
  }

  /** Yields the points of every running step. @throws GpuLimitError where parts cannot give what is asked for. */
  async *solve(recipe: Recipe, watch?: Watch): AsyncGenerator<SolveProgress, Solution> {
    const { solvers, layer, gpu } = this
    if (solvers.length === 1) return yield* solvers[0].solve(recipe, watch)
    refuseMixed(gpu.adapter, layer, recipe, this.options)
    if (watch)
      throw new GpuLimitError(`${layer.layer} is solved in ${solvers.length} parts, whose codes cannot be watched`)
    const curve = new JoinedCurve(solvers.length)
    const solved = new Map<number, Solution>()
    const runs = solvers.map((solver) => solver.solve(recipe))
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
            if (points.length) break
          }
    } finally {
      for (const run of runs) await run.return(undefined as never)
    }
    return joined(
      [...solved].sort(([a], [b]) => a - b).map(([, one]) => one),
      await this.knownEnergies(),
    )
  }

  [Symbol.dispose]() {
    this.scope[Symbol.dispose]()
  }
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

/** The solution of the whole layer, of those of its parts in order. */
function joined(parts: readonly Solution[], energies: readonly number[]): Solution {
  const [{ columns, levels, damping }] = parts
  const rows = sum(parts.map((part) => part.rows))
  const loss = (objectives: number[], energy: number) => {
    const objective = sum(objectives)
    return { objective, relative: objective === 0 ? 0 : objective / energy }
  }
  const floats = (values: Float32Array[]) => {
    const all = new Float32Array(sum(values.map(({ length }) => length)))
    values.reduce((at, part) => (all.set(part, at), at + part.length), 0)
    return all
  }
  const codes = new Uint32Array(sum(parts.map((part) => part.codes.length)))
  parts.reduce((at, part) => (codes.set(part.codes, at), at + part.codes.length), 0)
  const heldOut = parts.flatMap((part) => (part.heldOut ? [part.heldOut.objective] : []))
  return {
    rows,
    columns,
    ...loss(
      parts.map(({ objective }) => objective),
      energies[0],
    ),
    ...(heldOut.length && { heldOut: loss(heldOut, energies[1]) }),
    moves: sum(parts.map(({ moves }) => moves)),
    damping,
    notes: [...new Set(parts.flatMap(({ notes }) => notes))],
    levels: {
      ...levels,
      scales: floats(parts.map((part) => part.levels.scales)),
      zeros: floats(parts.map((part) => part.levels.zeros)),
    },
    codes,
    effectiveBits: sum(parts.map((part) => part.effectiveBits * part.rows)) / rows,
  }
}
