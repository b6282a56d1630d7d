// Solves every layer of one block with every recipe, on the Hessians just captured (or kept from an earlier run).
import { createHessian } from '../quantize/hessian.ts'
import { recipeNamed } from '../quantize/recipes.ts'
import type { Solution } from '../quantize/solution.ts'
import { LayerSolver } from '../quantize/solve.ts'
import type { Problem } from '../quantize/problem.ts'
import type { CapturedHessian, KnownFacts } from './calibrate.ts'
import type { LayerFacts, LayerResult, RunEvent } from './events.ts'
import { solverOptions, type Plan } from './plan.ts'
import { relabel } from './relabel.ts'
import type { RunInputs } from './run.ts'

type Take = (result: LayerResult, solution: Solution) => void

/** Takes over the captured matrices and frees them. */
export async function* solveBlock(
  inputs: RunInputs,
  plan: Plan,
  block: number,
  captured: readonly CapturedHessian[],
  take: Take,
): AsyncGenerator<RunEvent> {
  try {
    for (const { layers, columns, tokens, matrix, known } of captured) {
      using hessian = createHessian(inputs.gpu, matrix, columns, known?.factors)
      const deadColumns = (await hessian.deadColumns()).length
      const names = layers.map(({ layer }) => layer)
      yield { event: 'hessian', block, layers: names, columns, tokens, deadColumns, few: tokens < 4 * columns }
      let reading = readAhead(inputs, layers[0])
      for (const [i, layer] of layers.entries()) {
        using weights = inputs.gpu.upload(`weights ${layer.layer}`, await reading)
        if (i + 1 < layers.length) reading = readAhead(inputs, layers[i + 1])
        yield* solveLayer(inputs, plan, layer, { rows: layer.rows, columns, weights, hessian }, known, take)
      }
      await hessian.remember()
    }
  } finally {
    for (const { matrix } of captured) matrix[Symbol.dispose]()
  }
}

/** Starts to read a layer's weights while another layer is solved; a failure is thrown where they are awaited. */
function readAhead({ model }: RunInputs, layer: LayerFacts): Promise<Float32Array> {
  const weights = model.weights(layer)
  weights.catch(() => {})
  return weights
}

async function* solveLayer(
  { gpu }: RunInputs,
  plan: Plan,
  { layer, rows, columns }: LayerFacts,
  problem: Problem,
  known: KnownFacts | undefined,
  take: Take,
): AsyncGenerator<RunEvent> {
  const { bits, group, grid } = plan
  using solver = new LayerSolver(gpu, problem, solverOptions(plan), undefined, known?.energies.get(layer))
  known?.energies.set(layer, await solver.knownEnergies())
  for (const recipe of plan.recipes) {
    yield { event: 'solving', layer, recipe }
    const solution = yield* relabel(solver.solve(recipeNamed(recipe)), ({ step, points }): RunEvent => ({
      event: 'descent',
      layer,
      recipe,
      step,
      points,
    }))
    const { objective, relative, moves, damping, heldOut, effectiveBits, notes } = solution
    if (damping && damping.length > 1) yield { event: 'damping', layer, recipe, tried: damping }
    const used = damping?.at(-1) ?? null
    const shape = { bits, group, grid, rows, columns }
    const result: LayerResult = {
      layer,
      recipe,
      ...shape,
      objective,
      relative,
      moves,
      ...(heldOut && { heldOut }),
      effectiveBits,
      ...(notes.length && { notes }),
      damping: used,
      adapter: gpu.adapter.name,
    }
    take(result, solution)
    yield { event: 'layer', ...result }
  }
  yield { event: 'solved', layer }
}
