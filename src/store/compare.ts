// Which recipe is measured against which, and what the layers say: ratios of objectives, the layer in view, the rows
// of the table.
import type { LayerFacts } from '../pipeline/events.ts'
import type { LayerState, Run } from './run.ts'
import { knownRecipe } from './wording.ts'

/** Ratios nearer to 1 than this print as 0.0 %: they are called level. */
export const LEVEL = 0.0005

/** The recipe in the role of the yardstick: GPTQ, or the first of the plan where GPTQ is not in it. */
export function reference(names: readonly string[]): string | undefined {
  return names.includes('gptq') ? 'gptq' : names[0]
}

/** The recipe the sentences speak of: the first of these in the plan that is not the yardstick. */
export function challenger(names: readonly string[]): string | undefined {
  const yardstick = reference(names)
  const others = names.filter((name) => name !== yardstick)
  return ['cdquant', 'gptq+cdquant', 'cyclic'].find((name) => others.includes(name)) ?? others.at(-1)
}

/** True when a recipe's steps only round, so that it is the start of the descents. */
export function isPlainRounding(name: string): boolean {
  const steps = knownRecipe(name)?.steps ?? []
  return steps.length === 1 && steps[0].name === 'nearest'
}

/**
 * objective(recipe) ÷ objective(against); while a descent is under way, its last point. Undefined before there is
 * anything.
 */
export function ratio(
  state: LayerState | undefined,
  recipe: string | undefined,
  against: string | undefined,
): number | undefined {
  if (!state || recipe === undefined || against === undefined) return undefined
  const below = state.results[against]?.objective
  const above = state.results[recipe]?.objective ?? state.curves[recipe]?.at(-1)?.objective
  if (below === undefined || above === undefined) return undefined
  // Two losses of exactly zero are level, not 0/0.
  return below === 0 ? (above === 0 ? 1 : Infinity) : above / below
}

/** How long a layer may be under way before the page turns to it although its descent has not begun. */
const PATIENCE_MS = 1500

/** The layer the page shows by itself: the newest whose descent has begun, or the one that has taken long already. */
export function focusLayer(run: Run): string | undefined {
  const names = run.plan?.recipes ?? []
  const leading = challenger(names) ?? reference(names)
  let newest: string | undefined
  for (const layer of run.order) {
    const state = run.layers[layer]
    if (leading && (state.results[leading] || state.curves[leading])) newest = layer
  }
  const working = run.working && run.layers[run.working.layer]
  const waited = working?.beganAt !== undefined && run.at - working.beganAt > PATIENCE_MS
  return waited || newest === undefined ? (run.working?.layer ?? newest) : newest
}

export interface TableRow {
  facts: LayerFacts
  status: 'done' | 'now' | 'waiting'
  /** Relative losses by recipe. */
  losses: Readonly<Record<string, number | undefined>>
  /** Relative losses on tokens that no solver saw, by recipe. */
  heldOut: Readonly<Record<string, number | undefined>>
  /** Recipes with the lowest loss of the row. */
  lowest: readonly string[]
  /** Challenger ÷ yardstick. */
  ratio?: number
  moves?: number
}

const rowCache = new WeakMap<LayerState, Map<string, TableRow>>()

/** One row per layer. Rows of layers that did not change are the same objects, so that views can skip them. */
export function tableRows(run: Run): readonly TableRow[] {
  const names = run.plan?.recipes ?? []
  const yardstick = reference(names)
  const leading = challenger(names)
  return run.order.map((layer) => {
    const state = run.layers[layer]
    const status = state.solved ? 'done' : run.working?.layer === layer ? 'now' : 'waiting'
    const rows = rowCache.get(state) ?? new Map<string, TableRow>()
    rowCache.set(state, rows)
    const known = rows.get(status)
    if (known) return known
    const losses = Object.fromEntries(names.map((name) => [name, state.results[name]?.relative]))
    const values = Object.values(losses).filter((value) => value !== undefined)
    const least = Math.min(...values)
    const lowest = values.length > 1 ? names.filter((name) => losses[name] === least) : []
    const versus = leading && state.results[leading] ? ratio(state, leading, yardstick) : undefined
    const moves = leading ? state.results[leading]?.moves : undefined
    const heldOut = Object.fromEntries(names.map((name) => [name, state.results[name]?.heldOut?.relative]))
    const row: TableRow = { facts: state.facts, status, losses, heldOut, lowest }
    if (versus !== undefined) row.ratio = versus
    if (moves !== undefined) row.moves = moves
    rows.set(status, row)
    return row
  })
}

export interface Comparison {
  /** Layers where both recipes are done. */
  layers: number
  lower: number
  level: number
  /** Geometric mean of the ratios. */
  mean: number
  least: { facts: LayerFacts; ratio: number }
  most: { facts: LayerFacts; ratio: number }
}

/** `recipe` against `against` over all layers both have solved, `except` one. Undefined when there is none. */
export function compareLayers(run: Run, recipe: string, against: string, except?: string): Comparison | undefined {
  const solved = run.order.flatMap((layer) => {
    const state = run.layers[layer]
    const value = layer !== except && state.results[recipe] ? ratio(state, recipe, against) : undefined
    return value === undefined ? [] : [{ facts: state.facts, ratio: value }]
  })
  if (!solved.length) return undefined
  return {
    layers: solved.length,
    lower: solved.filter((entry) => entry.ratio < 1 - LEVEL).length,
    level: solved.filter((entry) => Math.abs(entry.ratio - 1) <= LEVEL).length,
    mean: Math.exp(solved.reduce((sum, entry) => sum + Math.log(entry.ratio), 0) / solved.length),
    least: solved.reduce((a, b) => (b.ratio > a.ratio ? b : a)),
    most: solved.reduce((a, b) => (b.ratio < a.ratio ? b : a)),
  }
}
