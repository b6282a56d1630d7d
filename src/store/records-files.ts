// Records as files: a line per result for spreadsheets, everything as JSON.
import { csv } from './csv.ts'
import { effectiveBitsOf, meanRelative, type RunRecord } from './records.ts'

const total = (values: readonly (number | undefined)[]) => values.reduce<number>((sum, value) => sum + (value ?? 0), 0)

/** One line per result; numbers with all digits, settings as JSON. */
export function recordsCsv(records: readonly RunRecord[]): string {
  const head = [
    ...['model', 'fingerprint', 'recipe', 'bits', 'group', 'mixed bits', 'effective bits', 'mean relative loss'],
    ...['mean held-out loss', 'perplexity', 'standard error', 'unquantized perplexity', 'moves', 'ms', 'layers'],
    ...['calibration text', 'calibration tokens', 'calibration digest', 'evaluation digest', 'settings', 'at'],
  ]
  const lines = records.map((one) => {
    const { model, layers, perplexity, calibration } = one
    const held = layers.flatMap(({ heldOut }) => heldOut ?? [])
    return [
      ...[model.name, model.fingerprint, one.recipe, one.bits, one.group, one.layerBits ? 'yes' : 'no'],
      ...[
        effectiveBitsOf(layers),
        meanRelative(layers),
        held.length === layers.length ? meanRelative(held) : undefined,
      ],
      ...[perplexity?.value, perplexity?.standardError, one.unquantized?.value],
      ...[total(layers.map(({ moves }) => moves)), total(layers.map(({ ms }) => ms)), layers.length],
      ...[calibration.text, calibration.tokens, calibration.digest, one.evaluation?.digest],
      ...[JSON.stringify(one.settings), one.at],
    ]
  })
  return csv([head, ...lines])
}

export function recordsJson(records: readonly RunRecord[]): string {
  return JSON.stringify({ records }, null, 2)
}
