// A run over matrices without a model: for each its Hessian (of its inputs, or H = I), then every recipe. The events are
// those of run.ts; there is nothing to evaluate.
import type { Bare } from '../formats/bare.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { bareHessian } from './bare-hessian.ts'
import { bareJob, bareModelFacts } from './bare-layers.ts'
import type { CapturedHessian } from './capture.ts'
import { checkPlan } from './check-plan.ts'
import type { LayerFacts, RunEvent } from './events.ts'
import { cachedBytes, type HessianCache } from './hessian-cache.ts'
import type { Plan } from './plan.ts'
import { relabel } from './relabel.ts'
import { Solutions } from './solutions.ts'
import { solveBlock } from './solve-block.ts'

export interface BareInputs {
  gpu: Gpu
  bare: Bare
  /** Hessians of inputs from earlier runs on these files; H = I is not kept. */
  cache: HessianCache
  /** Names of the matrices to solve; absent: all. */
  only?: readonly string[] | undefined
  /** Where the solved layers go; absent: nobody wants more than their losses, and codes are let go of at once. */
  solutions?: Solutions
}

/** Inputs of these files do not change. */
const KEY = 'inputs of matrices'

/**
 * @throws InputError when the plan does not fit the matrices, or a file cannot be read; GpuLimitError for a recipe that
 * needs more of a matrix at once than this adapter holds.
 */
export async function* bareRun(given: BareInputs, plan: Plan): AsyncGenerator<RunEvent> {
  const { gpu, bare, cache, only, solutions = new Solutions(false) } = given
  const job = bareJob(bare, plan, only)
  const { all, layers, matrices } = job
  checkPlan(job.plan, layers)
  const { facts } = bare
  const withInputs = facts.layers.filter(({ inputs }) => inputs)
  const bytes = cachedBytes(withInputs.map(({ columns }) => columns))
  const room = bytes <= cache.budgetBytes
  if (!cache.isOf(KEY)) cache.begin(KEY, bytes)
  const known = matrices.filter(({ inputs }) => inputs)
  yield {
    event: 'started',
    plan: job.plan,
    model: bareModelFacts({ ...facts, layers: matrices }),
    adapter: gpu.adapter,
    layers,
    cached: known.length > 0 && known.every(({ layer }) => cache.of(layer)),
    calibration: { text: '', tokens: 0, windows: 0 },
    evaluation: { text: '', windows: 0 },
    bare: { withInputs: known.length },
  }
  const weights = ({ layer }: { layer: string }, first?: number, count?: number) =>
    bare.weights(bare.layer(layer), first, count)
  const source = { gpu, model: { weights } }
  for (const layer of layers) {
    const index = all.indexOf(layer)
    const kept = cache.has(index)
    const captured = kept ? cache.load(gpu, index) : [yield* capture(given, layer)]
    if (!kept && room && !captured[0].identity) await cache.keep(gpu, index, captured)
    yield* solveBlock(source, job.plan, layer.block, captured, solutions)
  }
  yield { event: 'finished', perplexity: {}, layers: solutions.results }
}

async function* capture({ gpu, bare }: BareInputs, layer: LayerFacts): AsyncGenerator<RunEvent, CapturedHessian> {
  const found = bare.layer(layer.layer)
  const of = found.inputs?.tokens ?? 0
  const made = bareHessian(gpu, found, (first, count) => bare.inputs(found, first, count))
  const matrix = yield* relabel(made, (tokens): RunEvent => ({
    event: 'calibrating',
    block: layer.block,
    layer: layer.layer,
    windows: tokens,
    of,
  }))
  const shared = { layers: [layer], columns: layer.columns, tokens: of, matrix }
  return found.inputs ? shared : { ...shared, identity: true }
}
