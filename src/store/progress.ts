// How far a run is, in layers, words and time left.
import type { RunState } from '../worker/protocol.ts'
import type { LayerState, Run } from './run.ts'
import { duration, layerName, plural, recipeShort } from './wording.ts'

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

/** Weights still to be solved at the pace so far, blocks still to be calibrated, windows still to be evaluated. */
function remaining(run: Run, states: readonly LayerState[]): number | undefined {
  const { plan, model, spent, evaluation } = run
  if (!plan || !model || run.phase === 'finished' || run.phase === 'waiting') return undefined
  const size = (state: LayerState) => state.facts.rows * state.facts.columns
  const solved = states.filter((state) => state.solved).reduce((sum, state) => sum + size(state), 0)
  const open = states.filter((state) => !state.solved).reduce((sum, state) => sum + size(state), 0)
  if (!solved) return undefined
  const solving = (spent.solving / solved) * open
  const blocksSeen = new Set(states.filter((state) => state.tokens !== undefined).map((state) => state.facts.block))
    .size
  const perBlock = run.cached || !blocksSeen ? 0 : spent.calibrating / blocksSeen
  const calibrating = perBlock * (model.blocks - blocksSeen)
  const models = plan.recipes.length + 1
  const windows = evaluation?.windows ?? 0
  const finished = Object.keys(run.perplexity).length * windows
  const current = run.phase === 'evaluating' && run.progress ? run.progress.done : 0
  const evaluated = Math.min(models * windows, finished + current)
  // Before the evaluation starts: a window costs about what it cost in calibration, through all blocks.
  const guess = perBlock && run.calibration ? (perBlock / run.calibration.windows) * model.blocks : 0
  const perWindow = evaluated ? spent.evaluating / evaluated : guess
  return solving + calibrating + perWindow * (models * windows - evaluated)
}

/** The progress text of the page; it ends with 'finished' when, and only when, a run is done. */
export function statusText(run: Run, state: RunState, recording = false): string {
  const { done, layers } = progress(run)
  const prefix = recording ? 'Recording: ' : ''
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
  if (run.phase === 'calibrating' && run.progress)
    return `calibrating block ${run.progress.block}, window ${run.progress.done} of ${run.progress.of}`
  if (run.phase === 'evaluating' && run.progress)
    return `evaluating ${recipeShort(run.progress.model ?? '')}, window ${run.progress.done} of ${run.progress.of}`
  if (run.working)
    return `solving ${layerName(run.layers[run.working.layer].facts)} by ${recipeShort(run.working.recipe)}`
  return ''
}
