// Solves one layer's problem by recipes: transform, grid, chain of steps; what recipes have in common is computed once.
// objective = tr(E H Eᵀ), E = Ŵ − W, H undamped, from scratch for the final codes; relative = objective / tr(W H Wᵀ), 0
// where both are 0.
import { InputError } from '../formats/errors.ts'
import type { GpuBuffer } from '../gpu/buffer.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { Scope } from '../gpu/scope.ts'
import { dequantize } from '../kernels/dequantize.ts'
import { packCodes, packedWords, unpackCodes } from '../kernels/pack-codes.ts'
import { Basis } from './basis.ts'
import { named, optionValues } from './options.ts'
import type { GridSettings, Problem } from './problem.ts'
import type { Recipe, StageChoice } from './recipes.ts'
import type { DescentPoint, Step, StepResult, Work } from './stage.ts'
import { steps } from './steps/index.ts'
import { transforms } from './transforms/index.ts'

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

/** Solves one problem by any number of recipes, one after another. Owns what it derives, not the problem. */
export class LayerSolver implements Disposable {
  private readonly bases = new Map<string, Basis>()

  /** @throws InputError when a group is larger than a row. */
  constructor(
    private readonly gpu: Gpu,
    private readonly problem: Problem,
    private readonly options: SolverOptions,
  ) {
    const { group } = options.settings
    if (group > problem.columns)
      throw new InputError(`group ${group} is larger than the ${problem.columns} columns of ${problem.weights.label}`)
  }

  /** Yields the points of every running step; stopping it frees what the recipe holds. */
  async *solve(recipe: Recipe): AsyncGenerator<SolveProgress, Solution> {
    const { gpu, options } = this
    const chain = recipe.steps.map((choice) => this.chosen(choice))
    if (!chain.length || chain[0].step.refines)
      throw new RangeError(
        `recipe '${recipe.name}' begins with '${recipe.steps[0]?.name ?? 'nothing'}', which has no codes to improve`,
      )
    const basis = await this.basis(recipe.transform)
    const [energy, grid] = await together(basis.energy(), basis.grid(recipe.grid ?? options.grid))
    const { levels } = grid
    const { codes, measure } = basis
    const work: Work = { gpu, problem: basis.problem, levels, codes, measure }
    let moves = 0
    let damping: number[] | null = null
    for (const [place, { step, values, key }] of chain.entries()) {
      const kept = place === 0 ? grid.starts.get(key) : undefined
      const result = kept ? basis.restore(kept) : yield* progress(step, step.run(work, values))
      if (place === 0 && !kept) await basis.keep(grid, key, result)
      moves += result.moves
      damping = result.damping ?? damping
    }
    const { rows, columns } = this.problem
    const { bits, group, width, groups } = levels
    // Read back together: every answer of the GPU takes a while on its own.
    const [objective, packedCodes] = await together(
      measure.objective(codes, levels),
      packed(gpu, codes, { rows, columns, bits }),
    )
    return {
      rows,
      columns,
      objective,
      relative: objective === 0 ? 0 : objective / energy,
      moves,
      damping,
      levels: { bits, group, width, groups, scales: grid.scales, zeros: grid.zeros },
      codes: packedCodes,
    }
  }

  private chosen(choice: StageChoice) {
    const step = named('step', steps, choice.name)
    const { order, damp } = this.options
    // What the plan decides for every step that has such an option.
    const plans = Object.fromEntries(Object.entries({ order, damp }).filter(([name]) => name in step.options))
    const values = optionValues(step.options, { ...plans, ...choice.options })
    return { step, values, key: JSON.stringify([step.name, values]) }
  }

  private async basis({ name, options }: StageChoice): Promise<Basis> {
    const key = JSON.stringify([name, options])
    let basis = this.bases.get(key)
    if (!basis) {
      const transform = named('transform', transforms, name)
      const transformed = await transform.run(this.gpu, this.problem, optionValues(transform.options, options))
      this.bases.set(key, (basis = new Basis(this.gpu, transformed, this.options.settings)))
    }
    return basis
  }

  [Symbol.dispose]() {
    for (const basis of this.bases.values()) basis[Symbol.dispose]()
    this.bases.clear()
  }
}

/** Both results once both are done, also when one fails: neither may go on using buffers that are freed. */
async function together<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([first, second])
  return [await first, await second]
}

async function* progress(
  step: Step,
  run: AsyncGenerator<DescentPoint[], StepResult>,
): AsyncGenerator<SolveProgress, StepResult> {
  try {
    for (;;) {
      const next = await run.next()
      if (next.done) return next.value
      yield { step: step.name, points: next.value }
    }
  } finally {
    // Stopped half-way: the step frees its own buffers.
    await run.return({ moves: 0 })
  }
}

async function packed(
  gpu: Gpu,
  codes: GpuBuffer,
  size: { rows: number; columns: number; bits: number },
): Promise<Uint32Array> {
  using buffer = gpu.buffer('packed codes', 4 * size.rows * packedWords(size.columns, size.bits))
  const batch = gpu.batch('pack')
  packCodes(batch, { codes, packed: buffer }, size)
  batch.flush()
  return gpu.readU32(buffer)
}

/** ŵ f32 [rows, columns] of a solution; the caller owns the buffer. */
export function dequantizeSolution(gpu: Gpu, { rows, columns, levels, codes }: Solution): GpuBuffer {
  using scope = new Scope(gpu)
  const buffers = {
    packed: scope.upload('packed codes', codes),
    scales: scope.upload('scales', levels.scales),
    zeros: scope.upload('zeros', levels.zeros),
    weights: scope.buffer('dequantized weights', 4 * rows * columns),
  }
  const batch = gpu.batch('dequantize')
  dequantize(batch, buffers, { rows, columns, ...levels })
  batch.flush()
  return scope.release(buffers.weights)
}

/** Codes [rows, columns] of a solution. */
export function solutionCodes({ rows, columns, levels, codes }: Solution): Uint8Array<ArrayBuffer> {
  return unpackCodes(codes, rows, columns, levels.bits)
}
