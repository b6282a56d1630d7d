// Solves one layer by one recipe of a finished or running plan once more, on the Hessian kept from it, and keeps the
// codes of many moments on the way. The last moment is what the run found: where rounding took the replay elsewhere,
// their number says so.
import type { Gpu } from '../gpu/gpu.ts'
import type { Levels } from '../quantize/problem.ts'
import { packedOnGpu, type Solution } from '../quantize/solution.ts'
import { createHessian } from '../quantize/hessian.ts'
import { CodeHistory, type MomentLevels } from '../quantize/history.ts'
import { recipeNamed } from '../quantize/recipes.ts'
import { LayerSolver, type Watch } from '../quantize/solve.ts'
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
  using weights = gpu.upload(`weights ${layer}`, values)
  using solver = new LayerSolver(
    gpu,
    { rows, columns, weights, hessian },
    solverOptions(plan, solution.levels.bits),
    undefined,
    kept.known?.energies.get(layer),
  )
  const { bits } = solution.levels
  const history = new CodeHistory({ rows: solution.rows, columns: solution.columns, bits })
  const seen = new Map<object, MomentLevels>()
  const watch: Watch = async ({ step, moves, objective, codes, levels, rows, columns }) => {
    using packed = packedOnGpu(gpu, codes, { rows, columns, bits })
    const [words, kept] = await Promise.all([gpu.readU32(packed), seen.get(levels) ?? readLevels(gpu, levels)])
    seen.set(levels, kept)
    history.add({ step, moves, objective }, words, kept)
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

async function readLevels(gpu: Gpu, { scales, zeros }: Levels): Promise<MomentLevels> {
  const [scaleValues, zeroValues] = await Promise.all([gpu.readF32(scales), gpu.readF32(zeros)])
  return { scales: scaleValues, zeros: zeroValues }
}
