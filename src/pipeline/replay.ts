// Solves one layer by one recipe of a finished or running plan once more, on the Hessian kept from it, and keeps the
// codes of many moments on the way. The last moment is what the run found: where rounding took the replay elsewhere,
// their number says so.
import type { Gpu } from '../gpu/gpu.ts'
import { packedWords } from '../kernels/pack-codes.ts'
import type { Levels } from '../quantize/problem.ts'
import { packedOnGpu, type Solution } from '../quantize/solution.ts'
import { createHessian } from '../quantize/hessian.ts'
import { CodeHistory, type MomentLevels } from '../quantize/history.ts'
import { recipeNamed } from '../quantize/recipes.ts'
import { RowParts } from '../quantize/row-parts.ts'
import type { Watch } from '../quantize/solve.ts'
import type { LayerFacts } from './events.ts'
import { uploaded, type KeptHessian } from './hessian-cache.ts'
import { solverOptions, type Plan } from './plan.ts'

export interface Replay {
  history: CodeHistory
  /** Codes in which the replay ended elsewhere than the run. */
  differing: number
}

export interface ReplayInputs {
  gpu: Gpu
  /** W f32 [rows, columns] */
  weights: Float32Array
  layer: LayerFacts
  kept: KeptHessian
  plan: Plan
  recipe: string
  /** What the run found. */
  solution: Solution
}

/** Yields the moves so far, now and then; returns nothing when it is stopped. */
export async function* replay({
  gpu,
  weights: values,
  layer: { layer, rows, columns },
  kept,
  plan,
  recipe,
  solution,
}: ReplayInputs): AsyncGenerator<number, Replay> {
  // What only the reported losses need is left where it is.
  const { matrix } = uploaded(gpu, { ...kept, heldOut: undefined })
  using hessian = createHessian(gpu, matrix, columns, kept.known?.factors)
  const parted = {
    ...{ layer, rows, columns, hessian, energies: kept.known?.energies.get(layer) },
    weights: (first: number, count: number) =>
      gpu.upload(`weights ${layer}`, values.subarray(first * columns, (first + count) * columns)),
  }
  const { bits, groups } = solution.levels
  using solver = await RowParts.open(gpu, parted, solverOptions(plan, bits))
  const history = new CodeHistory({ rows: solution.rows, columns: solution.columns, bits })
  const moments = new Moments(solution.rows, packedWords(solution.columns, bits), groups)
  const watch: Watch = async ({ step, moves, objective, codes, levels, first, all, rows, columns }) => {
    using packed = packedOnGpu(gpu, codes, { rows, columns, bits })
    const [words, read] = await Promise.all([
      gpu.readU32(packed),
      moments.levelsAt(first) === levels ? undefined : readLevels(gpu, levels),
    ])
    moments.put(first, words, read && { of: levels, ...read })
    if (all) history.add({ step, moves, objective }, moments.words, moments.levels)
  }
  const run = solver.solve(recipeNamed(recipe), watch)
  try {
    for (;;) {
      const next = await run.next()
      if (next.done) break
      yield next.value.points.at(-1)?.moves ?? 0
    }
  } finally {
    await run.return(undefined as never)
  }
  const differing = history.differing(solution.codes)
  const last = history.moments[history.moments.length - 1]
  const { scales, zeros } = solution.levels
  if (differing > 0) {
    const { moves, objective } = solution
    history.add({ step: last.step, moves, objective }, solution.codes, { scales, zeros })
  }
  return { history, differing }
}

/** Codes and levels of a layer as they are now, put together from those of its parts. */
class Moments {
  /** Packed codes [rows, words] */
  readonly words: Uint32Array
  /** Another object whenever they are others. */
  levels: MomentLevels
  private readonly known = new Map<number, Levels>()

  constructor(
    rows: number,
    private readonly rowWords: number,
    private readonly groups: number,
  ) {
    this.words = new Uint32Array(rows * rowWords)
    this.levels = { scales: new Float32Array(rows * groups), zeros: new Float32Array(rows * groups) }
  }

  /** The levels last read of the part that begins at row `first`. */
  levelsAt(first: number): Levels | undefined {
    return this.known.get(first)
  }

  put(first: number, words: Uint32Array, levels?: MomentLevels & { of: Levels }): void {
    this.words.set(words, first * this.rowWords)
    if (!levels) return
    this.known.set(first, levels.of)
    const [scales, zeros] = (['scales', 'zeros'] as const).map((name) => {
      const all = this.levels[name].slice()
      all.set(levels[name], first * this.groups)
      return all
    })
    this.levels = { scales, zeros }
  }
}

async function readLevels(gpu: Gpu, { scales, zeros }: Levels): Promise<MomentLevels> {
  const [scaleValues, zeroValues] = await Promise.all([gpu.readF32(scales), gpu.readF32(zeros)])
  return { scales: scaleValues, zeros: zeroValues }
}
