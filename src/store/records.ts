// Kept results: what one recipe made of one model at one bit width, from any run. A record is found again by what
// decides its numbers: the model, the calibration tokens, the settings, recipe, bits and group.
import type { LayerResult, Perplexity } from '../pipeline/events.ts'
import type { Identity } from '../pipeline/identity.ts'
import type { Plan } from '../pipeline/plan.ts'
import type { Run } from './run.ts'
import { without } from './without.ts'

/** What a record has in a field of its own, or in a digest. */
const apart = [
  'recipes',
  'bits',
  'layerBits',
  'group',
  'window',
  'samples',
  'heldOut',
  'windows',
] as const satisfies readonly (keyof Plan)[]

/** Everything else of a plan that decides numbers. */
export type RecordSettings = Omit<Plan, (typeof apart)[number]>

export interface RunRecord {
  /** Of all that decides the layers' numbers. */
  key: string
  /** `fingerprint`: src/model/fingerprint.ts. */
  model: { fingerprint: string; name: string }
  /** `digest`: of the calibration windows. */
  calibration: { digest: string; text: string; tokens: number; windows: number }
  /** Digest of the windows behind the held-out losses; absent where there are none. */
  heldOut?: string
  settings: RecordSettings
  recipe: string
  bits: number
  group: number
  /** Bits of single layers that have others; absent where all have `bits`. */
  layerBits?: Readonly<Record<string, number>>
  /** One per layer, in the model's order. */
  layers: readonly LayerResult[]
  perplexity?: Perplexity
  /** Of the unquantized model on the same text. */
  unquantized?: Perplexity
  /** What the perplexities were measured on; there with them. */
  evaluation?: { digest: string; text: string }
  /** ISO 8601. */
  at: string
}

/** Which records can be compared: of one model, on the same tokens, with the same settings. */
export interface Scope extends Identity {
  /** As `settingsKey` writes them. */
  settings: string
}

export function settingsOf(plan: Plan): RecordSettings {
  return without(plan, ...apart)
}

/** The same text for the same settings. */
export function settingsKey(settings: RecordSettings): string {
  return JSON.stringify(Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1)))
}

export function scopeOf(identity: Identity, plan: Plan): Scope {
  return { ...identity, settings: settingsKey(settingsOf(plan)) }
}

/** What a recipe has made of every layer; undefined before the last one, and where the run does not say of what. */
export function recordOf(run: Run, recipe: string, at: string): RunRecord | undefined {
  const { plan, model, calibration, evaluation } = run
  if (!plan || model?.fingerprint === undefined || calibration?.digest === undefined) return undefined
  const layers: LayerResult[] = []
  for (const layer of run.order) {
    const result = run.layers[layer].results[recipe]
    if (!result) return undefined
    layers.push(result)
  }
  if (!layers.length) return undefined
  const { bits, group, layerBits } = plan
  const settings = settingsOf(plan)
  const { fingerprint, name } = model
  const { digest, text, tokens, windows } = calibration
  const mix = layerBits && Object.entries(layerBits).sort(([a], [b]) => (a < b ? -1 : 1))
  const { [recipe]: perplexity, unquantized } = run.perplexity
  const known = perplexity ?? unquantized
  return {
    key: JSON.stringify([fingerprint, digest, settingsKey(settings), recipe, bits, group, ...(mix ? [mix] : [])]),
    model: { fingerprint, name },
    calibration: { digest, text, tokens, windows },
    ...(calibration.heldOutDigest !== undefined && { heldOut: calibration.heldOutDigest }),
    settings,
    recipe,
    bits,
    group,
    ...(layerBits && { layerBits }),
    layers,
    ...(perplexity && { perplexity }),
    ...(unquantized && { unquantized }),
    ...(known &&
      evaluation?.digest !== undefined && { evaluation: { digest: evaluation.digest, text: evaluation.text } }),
    at,
  }
}

/** A run on screen as records, whether it says what it was measured on or not, as an old recording does not. */
export function recordsOfRun(run: Run): { records: RunRecord[]; scope?: Scope } {
  const { plan, model, calibration, evaluation } = run
  if (!plan || !model || !calibration || !evaluation) return { records: [] }
  const [fingerprint, digest] = [model.fingerprint ?? '', calibration.digest ?? '']
  const { digest: seen = plan.windows ? '' : undefined } = evaluation
  const named: Run = {
    ...run,
    model: { ...model, fingerprint },
    calibration: { ...calibration, digest, ...(plan.heldOut && { heldOutDigest: calibration.heldOutDigest ?? '' }) },
    evaluation: { ...evaluation, ...(seen !== undefined && { digest: seen }) },
  }
  const identity = {
    fingerprint,
    calibration: digest,
    ...(plan.heldOut && { heldOut: calibration.heldOutDigest ?? '' }),
    ...(seen !== undefined && { evaluation: seen }),
  }
  return {
    records: plan.recipes.flatMap((recipe) => recordOf(named, recipe, '') ?? []),
    scope: scopeOf(identity, plan),
  }
}

/** A newer record of the same key; what it did not measure it takes over, as its solution is the same. */
export function renewed(before: RunRecord | undefined, after: RunRecord): RunRecord {
  if (!before) return after
  const merged = { ...after }
  if (after.heldOut === undefined && before.heldOut !== undefined) {
    merged.heldOut = before.heldOut
    merged.layers = after.layers.map((result, i) => {
      const { heldOut } = before.layers[i] ?? {}
      return heldOut ? { ...result, heldOut } : result
    })
  }
  const sameText = after.evaluation === undefined || after.evaluation.digest === before.evaluation?.digest
  if (!after.perplexity && before.perplexity && before.evaluation && sameText) {
    merged.perplexity = before.perplexity
    merged.evaluation = before.evaluation
    if (!after.unquantized && before.unquantized) merged.unquantized = before.unquantized
  }
  return merged
}

/** Those that can be compared, in the order they were kept. */
export function inScope(records: Iterable<RunRecord>, scope: Scope): RunRecord[] {
  return [...records].filter(
    ({ model, calibration, settings }) =>
      model.fingerprint === scope.fingerprint &&
      calibration.digest === scope.calibration &&
      settingsKey(settings) === scope.settings,
  )
}

/** Arithmetic mean of the relative losses over the layers, each counted once. */
export function meanRelative(layers: readonly { relative: number }[]): number {
  return layers.reduce((sum, { relative }) => sum + relative, 0) / layers.length
}

/** Bits per weight with scales, zeros and what transforms store, over all weights of the layers. */
export function effectiveBitsOf(layers: readonly Pick<LayerResult, 'effectiveBits' | 'rows' | 'columns'>[]): number {
  let [bits, weights] = [0, 0]
  for (const { effectiveBits, rows, columns } of layers) {
    bits += effectiveBits * rows * columns
    weights += rows * columns
  }
  return bits / weights
}
