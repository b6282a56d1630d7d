// The straight line: open model → for each block: capture inputs, accumulate Hessians, solve each layer with each recipe → evaluate.
// Pulling the generator runs it, not pulling pauses it, `return()` cancels it and frees every buffer.
import type { Gpu } from '../gpu/gpu.ts'
import type { Model } from '../model/model.ts'
import { dequantizeSolution, type Solution } from '../quantize/solution.ts'
import { tokenWindows } from '../tokenizer/windows.ts'
import { Calibration } from './calibrate.ts'
import { checkPlan } from './check-plan.ts'
import { evaluate } from './evaluate.ts'
import type { LayerResult, Perplexity, RunEvent } from './events.ts'
import { cachedBytes, type HessianCache } from './hessian-cache.ts'
import type { Plan } from './plan.ts'
import { relabel } from './relabel.ts'
import { solveBlock } from './solve-block.ts'

/** A text as token ids. */
export interface TokenText {
  name: string
  ids: Uint32Array
}

export interface RunInputs {
  gpu: Gpu
  model: Model
  calibration: TokenText
  evaluation: TokenText
  /** Hessians of earlier runs of this model; used again when text and windows are the same. */
  cache: HessianCache
}

/** Runs a plan. @throws InputError when the plan or the texts do not fit the model. */
export async function* run(inputs: RunInputs, plan: Plan): AsyncGenerator<RunEvent> {
  const { gpu, model, cache } = inputs
  checkPlan(plan, model.layers)
  const calibration = windowsOf('calibration', inputs.calibration, plan.window, plan.samples)
  const evaluation = plan.windows ? windowsOf('evaluation', inputs.evaluation, plan.window, plan.windows) : []
  const key = JSON.stringify([calibration.map((ids) => [...ids])])
  const cached = cache.holds(key, model.facts.blocks)
  yield {
    event: 'started',
    plan,
    model: model.facts,
    adapter: gpu.adapter,
    layers: model.layers,
    cached,
    calibration: {
      text: inputs.calibration.name,
      tokens: calibration.length * plan.window,
      windows: calibration.length,
    },
    evaluation: { text: inputs.evaluation.name, windows: evaluation.length },
  }
  const keepBytes = cachedBytes(hessianColumns(model))
  const keep = keepBytes <= cache.budgetBytes
  yield* warnings(inputs, plan, calibration.length, evaluation.length, keep ? undefined : keepBytes)

  const solutions = new Map(plan.recipes.map((recipe) => [recipe, new Map<string, Solution>()]))
  const results: LayerResult[] = []
  {
    using calibrating = cached ? undefined : new Calibration(gpu, model, calibration)
    if (!cached) cache.begin(key, keepBytes)
    for (let block = 0; block < model.facts.blocks; block++) {
      const captured = calibrating
        ? yield* relabel(calibrating.block(block), (progress): RunEvent => ({
            event: 'calibrating',
            block,
            ...progress,
          }))
        : cache.load(gpu, block)
      if (!cached && keep) await cache.keep(gpu, block, captured)
      yield* solveBlock(inputs, plan, block, captured, (result, solution) => {
        results.push(result)
        solutions.get(result.recipe)?.set(result.layer, solution)
      })
    }
  }

  const perplexity: Record<string, Perplexity> = {}
  for (const name of evaluation.length ? ['unquantized', ...plan.recipes] : []) {
    const solved = solutions.get(name)
    const events = evaluate(gpu, model, evaluation, ({ layer }) => {
      const solution = solved?.get(layer)
      return solution && dequantizeSolution(gpu, solution)
    })
    perplexity[name] = yield* relabel(events, (progress): RunEvent => ({
      event: 'evaluating',
      model: name,
      ...progress,
    }))
    yield { event: 'perplexity', model: name, ...perplexity[name] }
  }
  yield { event: 'finished', perplexity, layers: results }
}

function windowsOf(use: string, { name, ids }: TokenText, window: number, count: number): Uint32Array[] {
  return tokenWindows(ids, window, count, `${use} text '${name}'`)
}

/** Columns of every distinct layer input of the model. */
function hessianColumns(model: Model): number[] {
  return Array.from({ length: model.facts.blocks }, (_, block) =>
    model.inputs(block).map(({ columns }) => columns),
  ).flat()
}

function* warnings(
  { model, calibration, evaluation }: RunInputs,
  plan: Plan,
  samples: number,
  windows: number,
  unkeptBytes: number | undefined,
): Generator<RunEvent> {
  const warn = (text: string): RunEvent => ({ event: 'warning', text })
  if (samples < plan.samples)
    yield warn(`calibration text '${calibration.name}' has ${samples} of the ${plan.samples} windows asked for`)
  if (windows < plan.windows)
    yield warn(`evaluation text '${evaluation.name}' has ${windows} of the ${plan.windows} windows asked for`)
  if (plan.window > model.facts.context)
    yield warn(`windows of ${plan.window} tokens are longer than the ${model.facts.context} the model was made for`)
  if (unkeptBytes !== undefined)
    yield warn(`the Hessians take ${unkeptBytes} bytes, too many to keep: changing the plan will calibrate again`)
}
