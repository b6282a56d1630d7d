// The perplexity bars: one entry per model, in plan order, pending ones with the earlier run's value as an outline.
import type { Perplexity } from '../pipeline/events.ts'
import type { Run } from './run.ts'
import { count, plural, recipeTitle, significant } from './wording.ts'

export interface PerplexityEntry {
  /** 'unquantized' or a recipe. */
  name: string
  title: string
  perplexity?: Perplexity
  /** Windows done while it is being evaluated. */
  progress?: { done: number; of: number }
  /** Value of the earlier run, shown as an outline until this run's is there. */
  earlier?: number
  /** Share above the unquantized model. */
  above?: number
}

export function perplexityEntries(run: Run): readonly PerplexityEntry[] {
  const names = run.plan ? ['unquantized', ...run.plan.recipes] : []
  const base = run.perplexity.unquantized?.value
  return names.map((name) => {
    const entry: PerplexityEntry = { name, title: recipeTitle(name) }
    const perplexity = run.perplexity[name]
    const earlier = run.earlier?.perplexity[name]
    if (perplexity) {
      entry.perplexity = perplexity
      if (base !== undefined && name !== 'unquantized') entry.above = perplexity.value / base - 1
    } else {
      if (run.phase === 'evaluating' && run.progress?.model === name)
        entry.progress = { done: run.progress.done, of: run.progress.of }
      if (earlier) entry.earlier = earlier.value
    }
    return entry
  })
}

/** A bar may be this many times the lowest before it is cut and its value said in words. */
const CUT = 4

/** End of the axis, and whether something lies beyond it. */
export function perplexityScale(entries: readonly PerplexityEntry[]): { max: number; cut: boolean } {
  const values = entries
    .flatMap(({ perplexity, earlier }) => perplexity?.value ?? earlier ?? [])
    .filter(Number.isFinite)
  if (!values.length) return { max: 1, cut: false }
  const ends = entries.map(({ perplexity }) => (perplexity ? perplexity.value + (perplexity.standardError ?? 0) : 0))
  const lowest = Math.min(...values)
  const highest = Math.max(...values)
  return highest > CUT * lowest
    ? { max: CUT * lowest, cut: true }
    : { max: Math.max(highest * 1.02, ...ends.filter(Number.isFinite)), cut: false }
}

/** '± 0.21', one standard error; nothing for a single window. */
export function errorWords({ standardError }: Pick<Perplexity, 'standardError'>): string {
  return standardError === undefined ? '' : `± ${significant(standardError, 2)}`
}

/** How the perplexities were measured: 'evaluation.txt · 16 windows of 256 · no overlap · 4,080 targets · ± 1 s.e.' */
export function protocol(run: Run): string {
  const measured = Object.values(run.perplexity)[0]
  const windows = measured?.windows ?? run.evaluation?.windows
  const window = measured?.window ?? run.plan?.window
  if (!run.evaluation || windows === undefined || window === undefined) return ''
  const targets = measured?.targets ?? windows * (window - 1)
  const extent = `${plural(windows, 'window')} of ${count(window)}`
  return `${run.evaluation.text} · ${extent} · no overlap · ${count(targets)} targets · ${windows > 1 ? '± 1 s.e.' : 'no s.e. of one window'}`
}
