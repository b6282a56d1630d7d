// A run as files: JSON with the fields of the `finished` event plus the plan, and the layer table as CSV.
import type { LayerResult } from '../pipeline/events.ts'
import { challenger, ratio, reference } from './compare.ts'
import { csv } from './csv.ts'
import { isMixed } from './mix.ts'
import type { Run } from './run.ts'

/** Results in the order they were made: layer by layer, recipes in plan order. */
function results(run: Run): LayerResult[] {
  const names = run.plan?.recipes ?? []
  return run.order.flatMap((layer) => names.flatMap((name) => run.layers[layer].results[name] ?? []))
}

/** Says that a JSON file is a run saved by this page, and how its fields are to be read (saved-run.ts). */
export const FORMAT = 'cdquant-run'
/** Grows when a field changes its meaning; new fields alone do not change it. */
export const VERSION = 1

/** What the figures need of a layer beyond its results. Curves: [moves, objective, moves, objective, …]. */
function details(run: Run) {
  return run.order.map((name) => {
    const { facts, tokens, input, few, identity, deadColumns, solved, health, damping, curves } = run.layers[name]
    const flat = Object.entries(curves).map(
      ([recipe, points]) => [recipe, points.flatMap(({ moves, objective }) => [moves, objective])] as const,
    )
    return {
      ...facts,
      tokens,
      input,
      few,
      identity,
      deadColumns,
      solved,
      health,
      damping,
      curves: Object.fromEntries(flat),
    }
  })
}

/** The whole run: it can be dropped back in. `recording`: it was played, not computed here. */
export function runJson(run: Run, recording = false): string {
  const { plan, model, bare, adapter, cached, calibration, evaluation, perplexity, warnings, spent, at } = run
  const event = run.phase === 'finished' ? 'finished' : 'partial'
  const fields = {
    ...{ format: FORMAT, version: VERSION, event, ...(recording ? { recording } : {}) },
    ...{ plan, model, bare, adapter, cached, calibration, evaluation, perplexity, warnings, spent, at },
    ...{ layers: results(run), details: details(run) },
  }
  // JSON has no infinity; a loss may be one.
  const written = (value: unknown) =>
    JSON.stringify(value, (_, item: unknown) => (typeof item === 'number' && !isFinite(item) ? String(item) : item))
  const lines = Object.entries(fields).flatMap(([name, value]) => {
    if (value === undefined) return []
    const text = Array.isArray(value)
      ? `[${value.map((item) => `\n    ${written(item)}`).join(',')}\n  ]`
      : written(value)
    return [`  "${name}": ${text}`]
  })
  return `{\n${lines.join(',\n')}\n}\n`
}

/** One line per layer, one column per recipe (relative loss, all digits), then shape, ratio and moves. */
export function layersCsv(run: Run): string {
  const names = run.plan?.recipes ?? []
  const yardstick = reference(names)
  const leading = challenger(names)
  const compared = leading !== undefined && yardstick !== undefined
  const head = [
    'layer',
    ...names,
    'rows',
    'columns',
    ...(compared ? [`${leading} / ${yardstick}`, `${leading} moves`] : []),
  ]
  const rows = run.order.map((layer) => {
    const state = run.layers[layer]
    const losses = names.map((name) => state.results[name]?.relative)
    const versus = compared ? [ratio(state, leading, yardstick), state.results[leading]?.moves] : []
    return [layer, ...losses, state.facts.rows, state.facts.columns, ...versus]
  })
  return csv([head, ...rows])
}

/** 'tiny-tales-1m-3bit-row' */
export function fileStem(run: Run): string {
  const { model, plan } = run
  if (!plan) return 'cdquant'
  const group = plan.group ? `g${plan.group}` : 'row'
  return `${(model?.name ?? 'run').replace(/[^\w.-]+/g, '-')}-${isMixed(plan) ? 'mixed' : `${plan.bits}bit`}-${group}`
}
