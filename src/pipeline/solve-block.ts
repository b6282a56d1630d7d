// Solves every layer of one block, on the Hessians just captured (or kept from an earlier run): with every recipe, or
// with the one whose Hessians they are.
import type { GpuBuffer } from '../gpu/buffer.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { rowsOfPart, uploadRows } from '../gpu/row-tiles.ts'
import type { Model } from '../model/model.ts'
import type { HessianHealth } from '../quantize/health.ts'
import { createHessian, type Hessian } from '../quantize/hessian.ts'
import { recipeNamed } from '../quantize/recipes.ts'
import { partRows } from '../quantize/part-rows.ts'
import { RowParts, type PartedLayer } from '../quantize/row-parts.ts'
import type { CapturedHessian, KnownFacts } from './capture.ts'
import { correctionNote, correctionShift } from './correction.ts'
import type { LayerFacts, LayerResult, RunEvent } from './events.ts'
import { bitsOf, solverOptions, type Plan } from './plan.ts'
import { relabel } from './relabel.ts'
import type { Solutions } from './solutions.ts'

/** Of a model, its weights are all that solving needs. */
export interface SolveInputs {
  gpu: Gpu
  model: Pick<Model, 'weights'>
}

/** Takes over the captured matrices and frees them. `recipe`: the only one, whose own Hessians these are. */
export async function* solveBlock(
  inputs: SolveInputs,
  plan: Plan,
  block: number,
  captured: readonly CapturedHessian[],
  solutions: Solutions,
  recipe?: string,
): AsyncGenerator<RunEvent> {
  const { gpu } = inputs
  const only = recipe === undefined ? {} : { recipe }
  const recipes = recipe === undefined ? plan.recipes : [recipe]
  try {
    for (const input of captured) {
      const { layers, columns, tokens, matrix } = input
      using hessian = createHessian(gpu, matrix, columns, input.known?.factors)
      using heldOut = input.heldOut && createHessian(gpu, input.heldOut, columns)
      const deadColumns = (await hessian.deadColumns()).length
      const names = layers.map(({ layer }) => layer)
      yield {
        event: 'hessian',
        block,
        ...only,
        layers: names,
        columns,
        tokens,
        deadColumns,
        few: !input.identity && tokens < 4 * columns,
        ...(input.identity && { identity: true }),
      }
      const { drift, known } = input
      const { correction } = plan
      const shift =
        drift &&
        ((weights: GpuBuffer, rows: number) => correctionShift(gpu, { weights, drift }, { rows, columns, correction }))
      let reading = readAhead(inputs, plan, layers[0])
      for (const [i, layer] of layers.entries()) {
        let ahead = await reading
        if (i + 1 < layers.length) reading = readAhead(inputs, plan, layers[i + 1])
        const read = (first: number, count: number) => {
          const rows = ahead ?? inputs.model.weights(layer, first, count)
          // Not needed in ordinary memory once it has been uploaded.
          ahead = undefined
          return rows
        }
        const weights = (first: number, count: number) =>
          uploadRows(gpu, `weights ${layer.layer}`, columns, { first, count }, read)
        const parted = { ...layer, hessian, heldOut, shift, energies: known?.energies.get(layer.layer), weights }
        yield* solveLayer(inputs, plan, parted, { known, recipes }, solutions)
        if (recipes.at(-1) === plan.recipes.at(-1)) yield { event: 'solved', layer: layer.layer }
      }
      if (input.identity) continue
      await hessian.remember()
      const health = await healthOf(hessian, plan.damp, input.known)
      yield { event: 'health', block, ...only, layers: names, tokensPerColumn: tokens / columns, ...health }
    }
  } finally {
    for (const { matrix, heldOut, drift } of captured)
      for (const buffer of [matrix, heldOut, drift]) buffer?.[Symbol.dispose]()
  }
}

/** Known from an earlier run on the same Hessian with the same damping, or found now and kept. */
async function healthOf(hessian: Hessian, damp: number, known: KnownFacts | undefined): Promise<HessianHealth> {
  if (known?.health?.damping[0] === damp) return known.health
  const health = await hessian.health(damp)
  if (known) known.health = health
  return health
}

/**
 * Starts to read the rows of a layer's weights that are uploaded first while another layer is solved; a failure is
 * thrown where they are awaited.
 */
function readAhead({ gpu, model }: SolveInputs, plan: Plan, layer: LayerFacts): Promise<Float32Array | undefined> {
  const rows = Math.min(rowsOfPart(layer.columns), partRows(gpu.adapter, layer, solverOptions(plan).settings))
  const weights = model.weights(layer, 0, rows)
  weights.catch(() => {})
  return weights
}

async function* solveLayer(
  { gpu }: SolveInputs,
  plan: Plan,
  parted: PartedLayer,
  { known, recipes }: { known: KnownFacts | undefined; recipes: readonly string[] },
  solutions: Solutions,
): AsyncGenerator<RunEvent> {
  const { group } = plan
  const { layer, rows, columns, shift } = parted
  const bits = bitsOf(plan, layer)
  using solver = await RowParts.open(gpu, parted, solverOptions(plan, bits))
  known?.energies.set(layer, await solver.knownEnergies())
  for (const recipe of recipes) {
    yield { event: 'solving', layer, recipe }
    const chosen = recipeNamed(recipe)
    const solution = yield* relabel(solver.solve(chosen), ({ step, points }): RunEvent => ({
      event: 'descent',
      layer,
      recipe,
      step,
      points,
    }))
    const { objective, relative, moves, damping, effectiveBits } = solution
    const notes = shift ? [...solution.notes, correctionNote(recipe, plan.correction)] : solution.notes
    if (damping && damping.length > 1) yield { event: 'damping', layer, recipe, tried: damping }
    const used = damping?.at(-1) ?? null
    const shape = { bits, group, grid: chosen.grid?.name ?? plan.grid, rows, columns }
    const result: LayerResult = {
      layer,
      recipe,
      ...shape,
      objective,
      relative,
      moves,
      ...(solution.heldOut && { heldOut: solution.heldOut }),
      effectiveBits,
      ...(notes.length && { notes }),
      damping: used,
      adapter: gpu.adapter.name,
    }
    solutions.add(result, solution)
    yield { event: 'layer', ...result }
  }
}
