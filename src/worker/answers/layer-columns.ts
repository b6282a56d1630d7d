// What every column adds to the loss of a layer: Σ over rows of E[r, j] · (E H)[r, j], whose sum is tr(E H Eᵀ). In
// float64 beside a run, in slices, where that takes about a second at most; else on the device.
import { InputError } from '../../formats/errors.ts'
import { tileRows } from '../../gpu/row-tiles.ts'
import { createHessian } from '../../quantize/hessian.ts'
import { Measure } from '../../quantize/measure.ts'
import type { Answerer, Desk } from '../asking.ts'
import { uploaded, type KeptHessian } from '../../pipeline/hessian-cache.ts'
import type { ColumnsAnswer, LayerAsked } from '../layer-questions.ts'
import { factsOf, hessianOf, quantizedOf, weightsOf } from './layer-matter.ts'

/** Multiply-adds between two looks at what else is to be done. */
const SLICE = 2e7
/** Values that are read back at once. */
const READ = 2 ** 24

async function given(desk: Desk, asked: LayerAsked): Promise<{ residual: Float32Array; kept: KeptHessian }> {
  const { layer, recipe } = asked
  const kept = hessianOf(desk, layer)
  if (typeof kept === 'string') throw new InputError(kept)
  const weights = await weightsOf(desk, layer)
  const quantized = quantizedOf(desk, asked)
  if (!quantized) throw new InputError(`${recipe} has not solved ${layer} yet`)
  const { rows, columns } = factsOf(desk, layer)
  const residual = new Float32Array(rows * columns)
  for (let row = 0, at = 0; row < rows; row++)
    for (let j = 0; j < columns; j++, at++) residual[at] = quantized.value(row, j) - weights[at]
  return { residual, kept }
}

const answerOf = (shares: Float64Array): ColumnsAnswer => ({
  shares: Float32Array.from(shares),
  objective: shares.reduce((sum, share) => sum + share, 0),
})

const pause = () => new Promise<void>((resolve) => setTimeout(resolve))

export const layerColumns: Answerer<'layer-columns'> = {
  device: false,
  async answer(desk, asked, _tell, wanted) {
    const { residual, kept } = await given(desk, asked)
    const { columns, upper } = kept
    const rows = residual.length / columns
    const shares = new Float64Array(columns)
    const product = new Float64Array(columns)
    const every = Math.max(1, Math.floor(SLICE / (columns * columns)))
    for (let row = 0; row < rows; row++) {
      if (row % every === every - 1) await pause()
      if (!wanted()) break
      const e = residual.subarray(row * columns, (row + 1) * columns)
      product.fill(0)
      for (let i = 0; i < columns; i++) {
        const [own, h] = [e[i], upper.rows[i]]
        let sum = h[0] * own
        for (let j = i + 1; j < columns; j++) {
          sum += h[j - i] * e[j]
          product[j] += h[j - i] * own
        }
        product[i] += sum
      }
      for (let j = 0; j < columns; j++) shares[j] += e[j] * product[j]
    }
    return answerOf(shares)
  },
}

export const layerColumnsOnDevice: Answerer<'layer-columns-on-device'> = {
  device: true,
  async answer(desk, asked) {
    const { gpu } = desk
    const { residual, kept } = await given(desk, asked)
    const { columns } = kept
    const rows = residual.length / columns
    const { matrix } = uploaded(gpu, { ...kept, heldOut: undefined })
    using hessian = createHessian(gpu, matrix, columns)
    const shares = new Float64Array(columns)
    const some = Math.max(1, Math.floor(READ / columns))
    const height = tileRows(gpu.adapter, 'residual', rows, columns)
    for (let start = 0; start < rows; start += height) {
      const part = residual.subarray(start * columns, Math.min(rows, start + height) * columns)
      using weights = gpu.upload('residual', part)
      using measure = new Measure(gpu, { rows: part.length / columns, columns, weights, hessian })
      // With W = E the energy's product is E H.
      await measure.energy()
      for (let first = 0; first < part.length; first += some * columns) {
        const count = Math.min(some * columns, part.length - first)
        const product = await gpu.readF32(measure.product, 4 * first, count)
        for (let at = 0, j = 0; at < count; at++, j = j + 1 === columns ? 0 : j + 1)
          shares[j] += part[first + at] * product[at]
      }
    }
    return answerOf(shares)
  },
}
