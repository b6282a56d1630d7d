// The layer itself: how large its weights are, and how much its columns matter.
import type { Answerer } from '../asking.ts'
import type { LayerAnswer } from '../layer-questions.ts'
import { factsOf, hessianOf, weightsOf } from './layer-matter.ts'

/** Weights that the range of colours is found from. */
const SAMPLE = 2 ** 15
/** Weights that are counted one by one. */
const COUNTED = 2 ** 22
/** Part of them inside of it. */
const INSIDE = 0.998

const known = new WeakMap<Float32Array, Pick<LayerAnswer, 'range' | 'largest' | 'outside' | 'exact'>>()

/** Half the range of colours for weights, the largest of them, and how many lie outside: of many weights, of a part. */
export function rangeOf(weights: Float32Array): Pick<LayerAnswer, 'range' | 'largest' | 'outside' | 'exact'> {
  const step = Math.max(1, Math.floor(weights.length / SAMPLE))
  const sample = new Float32Array(Math.ceil(weights.length / step))
  for (let i = 0; i < sample.length; i++) sample[i] = Math.abs(weights[i * step])
  sample.sort()
  const range = sample[Math.min(sample.length - 1, Math.floor(INSIDE * sample.length))] || 1
  const every = Math.ceil(weights.length / COUNTED)
  let largest = 0
  let outside = 0
  for (let i = 0; i < weights.length; i += every) {
    const size = Math.abs(weights[i])
    if (size > largest) largest = size
    if (size > range) outside++
  }
  return { range, largest, outside: outside * every, exact: every === 1 }
}

export const layer: Answerer<'layer'> = {
  device: false,
  async answer(desk, { layer }) {
    const { rows, columns } = factsOf(desk, layer)
    const weights = await weightsOf(desk, layer)
    const range = known.get(weights) ?? rangeOf(weights)
    known.set(weights, range)
    const kept = hessianOf(desk, layer)
    if (typeof kept === 'string') return { rows, columns, ...range, without: kept }
    const diagonal = Float32Array.from(kept.upper.rows, ([h]) => h)
    return { rows, columns, ...range, diagonal }
  },
}
