// One weight in words.
import { count, significant } from '../../store/wording.ts'
import type { PixelsAnswer } from '../../worker/layer-questions.ts'

/** `found`: an index of the window, with its row and column. */
export function readout(
  { original, quantized, codes }: PixelsAnswer,
  { at, row, column }: { at: number; row: number; column: number },
): string {
  const place = `Row ${count(row)}, column ${count(column)}: w = ${significant(original[at], 4)}`
  if (!quantized) return `${place}.`
  const code = codes ? ` (code ${codes[at]})` : ''
  const difference = quantized[at] - original[at]
  return `${place}, ŵ = ${significant(quantized[at], 4)}${code}, difference ${significant(difference, 4)}.`
}
