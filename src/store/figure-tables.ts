// The tables behind the figures of a run, as CSV with all digits.
import { csv } from './csv.ts'
import { perplexityEntries } from './perplexity.ts'
import type { Run } from './run.ts'

/** The descents of a layer: one line per point. Moves over all rows; objective = tr(E H Eᵀ). */
export function descentCsv(run: Run, layer: string): string {
  const { curves = {}, facts } = run.layers[layer] ?? {}
  const rows = (run.plan?.recipes ?? []).flatMap((recipe) =>
    (curves[recipe] ?? []).map(({ moves, objective }) => [
      layer,
      recipe,
      moves,
      facts ? moves / facts.rows : undefined,
      objective,
    ]),
  )
  return csv([['layer', 'recipe', 'moves', 'moves per row', 'objective'], ...rows])
}

/** One line per model; '± 1 s.e.' is the standard error of the perplexity, KL is from the unquantized model, in nats. */
export function perplexityCsv(run: Run): string {
  const rows = perplexityEntries(run).map(({ name, perplexity, above }) => [
    ...[name, perplexity?.value, perplexity?.standardError, above],
    ...[perplexity?.windows, perplexity?.window, perplexity?.targets],
    ...[perplexity?.kl?.mean, perplexity?.kl?.p99, perplexity?.top1],
  ])
  const head = [
    'model',
    'perplexity',
    '± 1 s.e.',
    'above unquantized',
    'windows',
    'window',
    'targets',
    'KL mean',
    'KL p99',
    'top-1 agreement',
  ]
  return csv([head, ...rows])
}
