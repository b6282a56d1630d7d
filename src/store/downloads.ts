// A run as files: JSON with the fields of the `finished` event plus the plan, and the layer table as CSV.
import type { LayerResult } from '../pipeline/events.ts'
import { challenger, ratio, reference } from './compare.ts'
import { isMixed } from './mix.ts'
import type { Run } from './run.ts'

/** Results in the order they were made: layer by layer, recipes in plan order. */
function results(run: Run): LayerResult[] {
  const names = run.plan?.recipes ?? []
  return run.order.flatMap((layer) => names.flatMap((name) => run.layers[layer].results[name] ?? []))
}

export function runJson(run: Run, recording = false): string {
  const { plan, model, adapter, calibration, evaluation, perplexity, at } = run
  const event = run.phase === 'finished' ? 'finished' : 'partial'
  const facts = { plan, model, adapter, calibration, evaluation }
  return JSON.stringify(
    { event, ...(recording ? { recording } : {}), perplexity, layers: results(run), ...facts, at },
    null,
    2,
  )
}

/** One line per layer, one column per recipe (relative loss, all digits), then shape, ratio and moves. */
export function layersCsv(run: Run): string {
  const names = run.plan?.recipes ?? []
  const yardstick = reference(names)
  const leading = challenger(names)
  const versus = leading && yardstick ? [`${leading} / ${yardstick}`, `${leading} moves`] : []
  const lines = [['layer', ...names, 'rows', 'columns', ...versus]]
  for (const layer of run.order) {
    const state = run.layers[layer]
    const losses = names.map((name) => text(state.results[name]?.relative))
    const extra =
      versus.length && leading ? [text(ratio(state, leading, yardstick)), text(state.results[leading]?.moves)] : []
    lines.push([layer, ...losses, text(state.facts.rows), text(state.facts.columns), ...extra])
  }
  return lines.map((line) => line.join(',')).join('\r\n') + '\r\n'
}

const text = (value: number | undefined) => (value === undefined ? '' : String(value))

/** 'tiny-tales-1m-3bit-row' */
export function fileStem(run: Run): string {
  const { model, plan } = run
  const group = plan?.group ? `g${plan.group}` : 'row'
  return `${(model?.name ?? 'run').replace(/[^\w.-]+/g, '-')}-${plan && isMixed(plan) ? 'mixed' : `${plan?.bits ?? 0}bit`}-${group}`
}
