// How far a run is, in layers, words and time left.
import type { RunState } from '../worker/protocol.ts'
import type { Rate } from './pace.ts'
import type { LayerState, Run } from './run.ts'
import { count, duration, layerName, plural, recipeShort } from './wording.ts'

export interface Progress {
  layers: number
  done: number
  /** Layers done plus the share of the one under way. */
  position: number
  /** Undefined while there is nothing to estimate from. */
  remainingMs?: number
}

export function progress(run: Run): Progress {
  const states = run.order.map((layer) => run.layers[layer])
  const done = states.filter((state) => state.solved).length
  const recipes = run.plan?.recipes.length ?? 0
  const working = run.working && run.layers[run.working.layer]
  const partial = working && !working.solved && recipes ? Object.keys(working.results).length / recipes : 0
  const result: Progress = { layers: states.length, done, position: done + partial }
  const remainingMs = remaining(run, states)
  if (remainingMs !== undefined) result.remainingMs = remainingMs
  return result
}

/** Weights still to be solved, blocks still to be calibrated, windows still to be evaluated, each at its own pace. */
function remaining(run: Run, states: readonly LayerState[]): number | undefined {
  const { plan, model, pace, evaluation, progress: under } = run
  if (!plan || !model || run.phase === 'finished' || run.phase === 'waiting') return undefined
  const open = states.filter((state) => !state.solved).reduce((sum, state) => sum + size(state), 0)
  if (open && !pace.solving.work) return undefined
  const solving = open ? open * each(pace.solving) : 0
  const passes = run.cached ? 0 : model.blocks * (plan.mode === 'faithful' ? plan.recipes.length : 1)
  const through = under?.block === undefined || under.done === under.of ? 0 : under.done
  const windows = (run.calibration?.windows ?? 0) + (run.calibration?.heldOut ?? 0)
  const perWindow = median(pace.calibrating)
  const calibrating = perWindow * Math.max(0, (passes - run.calibrated) * windows - through)
  const toEvaluate = (plan.recipes.length + 1) * (evaluation?.windows ?? 0)
  const current = run.phase === 'evaluating' ? (under?.done ?? 0) : 0
  const evaluated = Object.keys(run.perplexity).length * (evaluation?.windows ?? 0) + current
  const perEvaluation = pace.evaluating.work ? each(pace.evaluating) : perWindow * evaluationShare(run, states)
  return solving + calibrating + perEvaluation * Math.max(0, toEvaluate - evaluated)
}

const size = ({ facts }: LayerState) => facts.rows * facts.columns

/** 0 without any. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? 0
}

const each = ({ work, ms }: Rate) => (work ? ms / work : 0)

/**
 * A window through the whole model in units of a window through one block with its Hessians, by multiply-adds per
 * token: rows × columns of every layer and of the output head, columns² / 2 of every Hessian.
 */
function evaluationShare({ model }: Run, states: readonly LayerState[]): number {
  if (!model || !states.length) return 0
  const layers = states.reduce((sum, state) => sum + size(state), 0)
  // Inputs that are not known yet: those of one width are taken for one.
  const inputs = new Map(
    states.map(({ input, facts }) => [input ?? `${facts.block} ${facts.columns}`, facts.columns] as const),
  )
  const hessians = [...inputs.values()].reduce((sum, columns) => sum + columns ** 2 / 2, 0)
  return (model.blocks * (layers + model.hidden * model.vocabulary)) / (layers + hessians)
}

/** The progress text of the page; it ends with 'finished' when, and only when, a run is done. */
export function statusText(run: Run, state: RunState, recording: boolean | 'saved' = false): string {
  const { done, layers } = progress(run)
  const prefix = recording === 'saved' ? 'Saved run: ' : recording ? 'Recording: ' : ''
  const layersText = layers ? `${done} of ${plural(layers, 'layer')}` : ''
  // While a new run is being started, the one on screen is still the one before.
  if (run.phase === 'finished' && (state === 'finished' || state === 'idle'))
    return `${prefix}${layersText}, ${duration(run.at)}, finished`
  switch (state) {
    case 'opening':
      return 'Opening the model'
    case 'running':
    case 'paused': {
      const pause = state === 'paused' ? ', paused' : ''
      return `${prefix}${run.phase === 'finished' ? 'Starting' : layersText || 'Starting'}${pause}`
    }
    case 'stopped':
      return layers ? `${layersText}, stopped` : 'Stopped'
    case 'failed':
      return layers ? `${layersText}, interrupted` : 'Interrupted'
    case 'finished':
      return `${prefix}${layersText}`
    case 'idle':
      return layers ? `${prefix}${layersText}` : 'Ready'
  }
}

/** What is going on at this moment: 'solving block 2 · gate by GPTQ'. Empty when nothing is. */
export function activity(run: Run): string {
  if (run.phase === 'calibrating' && run.progress?.layer !== undefined)
    return `reading inputs of ${layerName(run.layers[run.progress.layer].facts)}, token ${count(run.progress.done)} of ${count(run.progress.of)}`
  if (run.phase === 'calibrating' && run.progress)
    return `calibrating block ${run.progress.block}, window ${run.progress.done} of ${run.progress.of}`
  if (run.phase === 'evaluating' && run.progress)
    return `evaluating ${recipeShort(run.progress.model ?? '')}, window ${run.progress.done} of ${run.progress.of}`
  if (run.working)
    return `solving ${layerName(run.layers[run.working.layer].facts)} by ${recipeShort(run.working.recipe)}`
  return ''
}
