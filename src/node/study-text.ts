// The table of a study as Markdown.
import type { Plan } from '../pipeline/plan.ts'

export interface StudyRow {
  /** Title, and name on the command line. */
  recipe: string
  name: string
  bits: number
  group: number
  /** Bits per weight with scales, zeros and what a transform stores. */
  effectiveBits: number
  /** Geometric means of the layers' relative losses, on calibration and on held-out tokens. */
  relative: number
  heldOut: number
  /** Geometric means of the same ÷ GPTQ's of the same layer; absent without GPTQ. */
  ratio?: number
  heldOutRatio?: number
  perplexity: number
  /** Of one window there is none. */
  standardError: number | undefined
  /** Work on all layers, evaluation not counted. */
  seconds: number
}

interface StudyFacts {
  model: string
  adapter: string
  unquantized: number
  plan: Plan
}

export function studyText({ model, adapter, unquantized, plan }: StudyFacts, rows: readonly StudyRow[]): string {
  const { window, samples, heldOut, windows, grid, scaleType } = plan
  const settings = [...new Set(rows.map(({ bits, group }) => `${bits} ${group}`))].map((text) =>
    text.split(' ').map(Number),
  )
  return `# Every recipe on ${model}

\`npm run -s study\` makes this table again (${adapter}).

Relative loss: geometric mean over all layers of tr(E H Eᵀ) ÷ tr(W H Wᵀ), H undamped, from ${samples} windows of ${window} tokens.
Held-out: the same losses with H of the ${heldOut} windows that follow, which no solver saw. ÷ GPTQ: geometric mean of the layer's
loss over that of GPTQ in natural order on the plan's levels. Perplexity: ${windows} windows of ${window} tokens, ${window - 1} targets each, ± standard
error over windows; unquantized ${unquantized.toFixed(4)}. Levels: ${grid}, ${scaleType} scales, asymmetric, where a recipe does not bring its own.
Bits: codes, scales, zeros and what a transform stores, per weight. Seconds: all layers, without evaluation, with factors and
energies known where an earlier setting found them; recipes that begin with the same first step share it, so that the first
of them pays for it.

${settings.map(([bits, group]) => section(bits, group, rows)).join('\n')}`
}

function section(bits: number, group: number, all: readonly StudyRow[]): string {
  const rows = all.filter((row) => row.bits === bits && row.group === group)
  const lines = rows.map((row) => {
    const cells = [
      row.recipe,
      row.effectiveBits.toFixed(3),
      row.relative.toExponential(3),
      row.ratio?.toFixed(3) ?? '',
      row.heldOut.toExponential(3),
      row.heldOutRatio?.toFixed(3) ?? '',
      row.perplexity.toFixed(3) + (row.standardError === undefined ? '' : ` ± ${row.standardError.toFixed(3)}`),
      row.seconds.toFixed(2),
    ]
    return `| ${cells.join(' | ')} |`
  })
  return `## ${bits} bits, ${group === 0 ? 'one group per row' : `groups of ${group}`}

| recipe | bits | relative loss | ÷ GPTQ | held-out | ÷ GPTQ | perplexity | seconds |
| --- | --- | --- | --- | --- | --- | --- | --- |
${lines.join('\n')}
`
}
