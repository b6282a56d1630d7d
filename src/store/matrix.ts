// Bits × recipe out of kept records: which number a cell shows, which is lowest in its column, what has not been run.
import { count, knownRecipe, plural, significant } from './wording.ts'
import { meanRelative, type RunRecord, type Scope } from './records.ts'
import { inOrder } from './url.ts'

/**
 * loss: arithmetic mean of the layers' relative losses. ratio: geometric mean of the layers' losses ÷ GPTQ's at the same
 * bits and group. heldOut: as loss, on tokens that no solver saw. perplexity, kl (mean, nats), top1 (share): of the
 * whole model on the evaluation windows.
 */
export const measures = ['loss', 'ratio', 'heldOut', 'perplexity', 'kl', 'top1'] as const
export type Measure = (typeof measures)[number]

/** Measures that need the whole model to be evaluated. */
export function evaluated(measure: Measure): boolean {
  return measure === 'perplexity' || measure === 'kl' || measure === 'top1'
}

/** Agreement is the only one of which more is wanted. */
export const lowerWins = (measure: Measure) => measure !== 'top1'

/** What is drawn on a log axis. */
export const onLogAxis = (measure: Measure) => measure === 'loss' || measure === 'heldOut' || measure === 'kl'

export const YARDSTICK = 'gptq'

/** The bit widths that always have a column. */
const COLUMNS = [2, 3, 4, 8]

/** A record's number on the windows of `scope`; undefined where it was not measured. `records`: for the yardstick. */
export function measured(
  record: RunRecord,
  measure: Measure,
  scope: Scope,
  records: readonly RunRecord[],
): number | undefined {
  const { layers } = record
  if (measure === 'loss') return meanRelative(layers)
  if (measure === 'ratio') return ratioTo(yardstickOf(record, records), record)
  if (measure === 'heldOut') {
    if (record.heldOut === undefined || record.heldOut !== scope.heldOut) return undefined
    const held = layers.flatMap(({ heldOut }) => heldOut ?? [])
    return held.length === layers.length ? meanRelative(held) : undefined
  }
  if (!record.perplexity || record.evaluation?.digest !== scope.evaluation) return undefined
  const { value, kl, top1 } = record.perplexity
  return measure === 'perplexity' ? value : measure === 'kl' ? kl?.mean : top1
}

function yardstickOf({ bits, group, layerBits }: RunRecord, records: readonly RunRecord[]): RunRecord | undefined {
  if (layerBits) return undefined
  return records.find((one) => one.recipe === YARDSTICK && one.bits === bits && one.group === group && !one.layerBits)
}

function ratioTo(yardstick: RunRecord | undefined, { layers }: RunRecord): number | undefined {
  if (!yardstick) return undefined
  let logs = 0
  for (const [i, { objective }] of layers.entries()) {
    const base = yardstick.layers[i].objective
    // Two losses of exactly zero are level, not 0/0.
    if (base !== objective) logs += Math.log(objective / base)
  }
  return Math.exp(logs / layers.length)
}

/** One result that can be asked for. */
export interface Cell {
  recipe: string
  bits: number
  /** Columns of a group; 0 is a row. */
  group: number
}

export interface MatrixCell extends Cell {
  /** Undefined: not measured yet. */
  value?: number
  /** The best of its column. */
  best: boolean
  /** 0 (best) to 7 by the logarithm of the value among all cells. */
  shade: number
}

export interface MatrixView {
  recipes: readonly string[]
  bits: readonly number[]
  /** By recipe, then by bits. */
  rows: readonly (readonly MatrixCell[])[]
  missing: readonly Cell[]
}

export interface MatrixQuestion {
  /** Recipes that have a row in any case. */
  recipes: readonly string[]
  group: number
  measure: Measure
  scope: Scope
}

/** @param records those in scope. */
export function matrixOf(
  records: readonly RunRecord[],
  { recipes: asked, group, measure, scope }: MatrixQuestion,
): MatrixView {
  const here = records.filter((one) => one.group === group && !one.layerBits && knownRecipe(one.recipe))
  const yardstick = measure === 'ratio' ? [YARDSTICK] : []
  const recipes = inOrder([...asked, ...yardstick, ...here.map(({ recipe }) => recipe)])
  const bits = [...new Set([...COLUMNS, ...here.map((one) => one.bits)])].sort((a, b) => a - b)
  const missing: Cell[] = []
  const raw = recipes.map((recipe) =>
    bits.map((width) => {
      const record = here.find((one) => one.recipe === recipe && one.bits === width)
      const value = record && measured(record, measure, scope, here)
      // A ratio without its yardstick waits for that one.
      if (value === undefined && !(record && measure === 'ratio')) missing.push({ recipe, bits: width, group })
      return { recipe, bits: width, group, value }
    }),
  )
  const heights = raw.flat().flatMap(({ value }) => (value === undefined ? [] : height(value, measure)))
  const finite = heights.filter(Number.isFinite)
  const [low, high] = [Math.min(...finite), Math.max(...finite)]
  const best = bits.map((_, column) => {
    const values = raw.flatMap((row) => row[column].value ?? [])
    return values.length > 1 ? (lowerWins(measure) ? Math.min(...values) : Math.max(...values)) : undefined
  })
  const rows = raw.map((row) =>
    row.map(({ value, ...cell }, column): MatrixCell => {
      if (value === undefined) return { ...cell, best: false, shade: 0 }
      const share = high > low ? Math.max(0, height(value, measure) - low) / (high - low) : 0
      return { ...cell, value, best: value === best[column], shade: Math.round(7 * Math.min(1, share)) }
    }),
  )
  return { recipes, bits, rows, missing }
}

const height = (value: number, measure: Measure) => Math.log(Math.max(lowerWins(measure) ? value : 1 - value, 1e-9))

/** What a cell shows: four significant digits, losses and agreement in percent without the sign. */
export function cellText(value: number, measure: Measure): string {
  return significant(isShare(measure) ? value * 100 : value, 4)
}

/** The number with its unit, in a sentence: three significant digits. */
export function valueText(value: number, measure: Measure): string {
  if (isShare(measure)) return `${significant(value * 100, 3)}\u202f%`
  return `${significant(value, measure === 'ratio' || measure === 'perplexity' ? 4 : 3)}${measure === 'kl' ? ' nats' : ''}`
}

const isShare = (measure: Measure) => measure === 'loss' || measure === 'heldOut' || measure === 'top1'

/** Names of the measures: on the switch, in a sentence, on an axis. */
export const measureWords: Readonly<Record<Measure, { short: string; long: string; unit: string }>> = {
  loss: { short: 'loss', long: 'mean relative loss', unit: 'in %' },
  ratio: { short: '÷ GPTQ', long: 'loss ÷ GPTQ’s', unit: 'geometric mean over layers' },
  heldOut: { short: 'held-out', long: 'mean held-out loss', unit: 'in %, on tokens no solver saw' },
  perplexity: { short: 'perplexity', long: 'perplexity', unit: 'on text not used for calibration' },
  kl: { short: 'KL', long: 'KL divergence', unit: 'mean, in nats' },
  top1: { short: 'top-1', long: 'top-1 agreement', unit: 'in % of the evaluation tokens' },
}

/** How the whole model was evaluated, and how sure the least sure perplexity is; empty before any is. */
export function evaluationWords(records: readonly RunRecord[], scope: Scope): string {
  const known = records.flatMap(({ perplexity, evaluation }) =>
    perplexity && evaluation?.digest === scope.evaluation ? [{ ...perplexity, text: evaluation?.text ?? '' }] : [],
  )
  if (!known.length) return ''
  const [{ text, windows, window, targets }] = known
  const errors = known.flatMap(({ standardError }) => standardError ?? [])
  const extent = `${plural(windows, 'window')} of ${count(window)} · no overlap · ${count(targets)} targets`
  const sure = errors.length ? ` · perplexities ± ${significant(Math.max(...errors), 2)} or less (1 s.e.)` : ''
  return `${text} · ${extent}${sure}`
}

/** Cells by bit width and group, which share their starts: fewest bits first. */
export function sets(cells: readonly Cell[]): Cell[][] {
  const by = new Map<string, Cell[]>()
  for (const cell of cells) {
    const key = `${cell.bits} ${cell.group}`
    by.set(key, [...(by.get(key) ?? []), cell])
  }
  return [...by.values()].sort(([a], [b]) => a.bits - b.bits || a.group - b.group)
}
