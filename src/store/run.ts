// A run as the page knows it: the fold of its events, nothing else. Losses as in events.ts; times in milliseconds of
// work.
import type { AdapterFacts } from '../gpu/gpu.ts'
import type { LayerFacts, LayerResult, ModelFacts, Perplexity, TimedEvent } from '../pipeline/events.ts'
import type { Plan } from '../pipeline/plan.ts'
import type { HessianHealth } from '../quantize/health.ts'
import { keptPace, noPace, type Pace, paceAfter } from './pace.ts'
import { without } from './without.ts'

export interface CurvePoint {
  moves: number
  objective: number
}

export interface LayerState {
  facts: LayerFacts
  results: Readonly<Record<string, LayerResult>>
  /** Descents by recipe, thinned to at most `CURVE_POINTS` points. */
  curves: Readonly<Record<string, readonly CurvePoint[]>>
  /** Every damping tried, by recipe; only where the first one failed. */
  damping: Readonly<Record<string, readonly number[]>>
  /** Calibration tokens behind its Hessian. */
  tokens?: number
  /** The first layer that reads the same input: they share a Hessian. */
  input?: string
  /** tokens < 4 × columns. */
  few: boolean
  /** True where H = I stands in the place of a Hessian that nobody knows; `tokens` is 0 then. */
  identity?: boolean
  /** Of its Hessian, once known. */
  health?: HessianHealth & { tokensPerColumn: number }
  deadColumns: number
  solved: boolean
  /** When work on it began. */
  beganAt?: number
}

export type Phase = 'waiting' | 'calibrating' | 'solving' | 'evaluating' | 'finished'

/** Perplexities of a run that went before, for the outlines. */
export interface EarlierRun {
  plan: Plan
  model: string
  perplexity: Readonly<Record<string, Perplexity>>
}

export interface Run {
  phase: Phase
  plan?: Plan
  model?: ModelFacts & { fingerprint?: string }
  adapter?: AdapterFacts
  /** True when the Hessians of an earlier run are used again. */
  cached: boolean
  /** `heldOut`: windows behind those of calibration, for losses that no solver saw. */
  calibration?: (TimedEvent & { event: 'started' })['calibration']
  evaluation?: (TimedEvent & { event: 'started' })['evaluation']
  /** Only of matrices without a model: how many have inputs of their own. */
  bare?: { withInputs: number }
  /** Tensor paths in the model's order. */
  order: readonly string[]
  layers: Readonly<Record<string, LayerState>>
  working?: { layer: string; recipe: string }
  progress?: {
    of: number
    done: number
    block?: number
    recipe?: string | undefined
    /** A matrix whose inputs are read: `done` and `of` count tokens. */
    layer?: string | undefined
    model?: string
  }
  perplexity: Readonly<Record<string, Perplexity>>
  warnings: readonly { text: string; layer?: string }[]
  at: number
  spent: Readonly<Record<'calibrating' | 'solving' | 'evaluating', number>>
  pace: Pace
  /** Calibrations of a block that are through: one per block, or one per block and recipe. */
  calibrated: number
  earlier?: EarlierRun
}

export const CURVE_POINTS = 160

export const emptyRun: Run = {
  phase: 'waiting',
  cached: false,
  order: [],
  // A link may ask for a layer of any name before there are any.
  layers: Object.create(null) as Run['layers'],
  perplexity: {},
  warnings: [],
  at: 0,
  spent: { calibrating: 0, solving: 0, evaluating: 0 },
  pace: noPace,
  calibrated: 0,
}

/** Adds points to a curve; a curve that grows too long keeps every second point, its first and its last. */
export function appendPoints(curve: readonly CurvePoint[], points: readonly CurvePoint[]): readonly CurvePoint[] {
  let all = [...curve, ...points]
  while (all.length > CURVE_POINTS) all = all.filter((_, i) => i % 2 === 0 || i === all.length - 1)
  return all
}

/** @throws Error when the event speaks of a layer that `started` did not announce. */
function withLayer(run: Run, layer: string, change: (state: LayerState) => Partial<LayerState>): Run {
  const state = Object.hasOwn(run.layers, layer) ? run.layers[layer] : undefined
  if (!state) throw new Error(`the events name layer '${layer}', which is not among the ${run.order.length} of the run`)
  return { ...run, layers: { ...run.layers, [layer]: { ...state, ...change(state) } } }
}

/** Attributes the time since the last event to what was going on. */
function spend(run: Run, event: TimedEvent): Run {
  const kind =
    event.event === 'calibrating' || event.event === 'hessian'
      ? 'calibrating'
      : event.event === 'evaluating' || event.event === 'perplexity'
        ? 'evaluating'
        : 'solving'
  const spent = { ...run.spent, [kind]: run.spent[kind] + Math.max(0, event.at - run.at) }
  const after = { ...run, at: event.at, spent }
  return { ...after, pace: paceAfter(run, after, event) }
}

/** One event more. Pure: the same events give the same run. */
export function fold(before: Run, event: TimedEvent): Run {
  if (event.event === 'started') return start(before, event)
  const run = spend(before, event)
  switch (event.event) {
    case 'calibrating':
      return {
        ...run,
        phase: 'calibrating',
        progress: { block: event.block, recipe: event.recipe, layer: event.layer, done: event.windows, of: event.of },
        calibrated: run.calibrated + Number(event.windows === event.of),
      }
    case 'hessian':
      return event.layers.reduce(
        (next, layer) =>
          withLayer(next, layer, () => ({
            tokens: event.tokens,
            few: event.few,
            deadColumns: event.deadColumns,
            ...(event.identity && { identity: true }),
            input: event.layers[0],
          })),
        run,
      )
    case 'health': {
      // In faithful mode every recipe has Hessians of its own; the picture shows those of the first.
      const health = without(event, 'event', 'at', 'block', 'layers', 'recipe')
      const { layers } = event
      return layers.reduce(
        (next, layer) => withLayer(next, layer, (state) => ({ health: state.health ?? health })),
        run,
      )
    }
    case 'solving': {
      const { layer, recipe } = event
      const next = withLayer(run, layer, (state) => ({ beganAt: state.beganAt ?? event.at }))
      return { ...without(next, 'progress'), phase: 'solving', working: { layer, recipe } }
    }
    case 'descent':
      return withLayer(run, event.layer, ({ curves }) => ({
        curves: { ...curves, [event.recipe]: appendPoints(curves[event.recipe] ?? [], event.points) },
      }))
    case 'damping':
      return withLayer(run, event.layer, ({ damping }) => ({ damping: { ...damping, [event.recipe]: event.tried } }))
    case 'layer': {
      const result = without(event, 'event', 'at')
      return withLayer(run, event.layer, ({ results }) => ({ results: { ...results, [event.recipe]: result } }))
    }
    case 'solved':
      return without(
        withLayer(run, event.layer, () => ({ solved: true })),
        'working',
      )
    case 'evaluating':
      return { ...run, phase: 'evaluating', progress: { model: event.model, done: event.windows, of: event.of } }
    case 'perplexity': {
      const perplexity = { ...run.perplexity, [event.model]: without(event, 'event', 'at', 'model') }
      return { ...run, phase: 'evaluating', perplexity }
    }
    case 'warning': {
      const warning = event.layer === undefined ? { text: event.text } : { text: event.text, layer: event.layer }
      return { ...run, warnings: [...run.warnings, warning] }
    }
    case 'finished':
      return { ...without(run, 'working', 'progress'), phase: 'finished', perplexity: event.perplexity }
  }
}

function start(before: Run, event: TimedEvent & { event: 'started' }): Run {
  const fresh: Omit<LayerState, 'facts' | 'results'> = {
    curves: {},
    damping: {},
    few: false,
    deadColumns: 0,
    solved: false,
  }
  const finished = before.plan && before.model && Object.keys(before.perplexity).length > 1
  const earlier = finished
    ? { plan: before.plan as Plan, model: before.model?.name ?? '', perplexity: before.perplexity }
    : before.earlier
  return {
    ...emptyRun,
    phase: 'calibrating',
    plan: event.plan,
    model: event.model,
    adapter: event.adapter,
    cached: event.cached,
    calibration: event.calibration,
    evaluation: event.evaluation,
    ...(event.bare && { bare: event.bare }),
    order: event.layers.map(({ layer }) => layer),
    layers: Object.fromEntries(event.layers.map((facts) => [facts.layer, { facts, results: {}, ...fresh }])),
    at: event.at,
    pace: before.model?.name === event.model.name ? keptPace(before, event.plan.window) : noPace,
    ...(earlier && earlier.model === event.model.name ? { earlier } : {}),
  }
}
