// A window of a layer: W and ŵ, every weight or one of many, so that the answer is as large as the picture and not as
// the layer.
import { InputError } from '../../formats/errors.ts'
import type { Answerer } from '../asking.ts'
import type { PixelsAnswer, Span } from '../layer-questions.ts'
import { factsOf, quantizedOf, weightsOf } from './layer-matter.ts'

/** Numbers of one answer at most. */
const MOST = 2 ** 21

const last = ({ from, count, step }: Span) => from + (count - 1) * step

export const layerPixels: Answerer<'layer-pixels'> = {
  device: false,
  async answer(desk, asked): Promise<PixelsAnswer> {
    const facts = factsOf(desk, asked.layer)
    const { rows, columns } = asked
    const count = rows.count * columns.count
    if (!(count > 0 && count <= MOST) || last(rows) >= facts.rows || last(columns) >= facts.columns)
      throw new InputError(
        `a window of ${rows.count} × ${columns.count} does not lie in ${facts.rows} × ${facts.columns} weights`,
      )
    const weights = await weightsOf(desk, asked.layer)
    const original = new Float32Array(count)
    const from = quantizedOf(desk, asked)
    const quantized = from && new Float32Array(count)
    const codes = from?.code && new Uint8Array(count)
    for (let r = 0, at = 0; r < rows.count; r++) {
      const row = rows.from + r * rows.step
      for (let c = 0, j = columns.from; c < columns.count; c++, j += columns.step, at++) {
        original[at] = weights[row * facts.columns + j]
        if (quantized) quantized[at] = from.value(row, j)
        if (codes) codes[at] = from.code!(row, j)
      }
    }
    return { rows, columns, original, ...(quantized && { quantized }), ...(codes && { codes }) }
  },
  transfer: ({ original, quantized, codes }) =>
    [original, quantized, codes].flatMap((array) => (array ? [array.buffer as ArrayBuffer] : [])),
}
