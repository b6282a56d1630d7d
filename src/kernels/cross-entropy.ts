// Cross-entropy −ln softmax(logits)[target] per token, with the logits coming in chunks of the vocabulary.
import code from '../../shaders/cross-entropy.wgsl?raw'
import type { Batch, Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { rowDispatch, type RowShape } from './rows.ts'

export const kernel = defineKernel({
  name: 'cross-entropy',
  code,
  bindings: { logits: 'read', targets: 'read', state: 'read_write' },
  params: { tokens: 'u32', first: 'u32', rows: 'u32' },
})

/**
 * Records the chunk of vocabulary rows first … first + rows − 1 into state f32 [tokens, 3]: logits [tokens, rows], targets u32 [tokens].
 * Chunks come in any order after the one with first = 0, which starts anew.
 */
export function crossEntropy(
  batch: Batch,
  bindings: { logits: Binding; targets: Binding; state: Binding },
  params: { tokens: number; first: number; rows: number },
  shape?: RowShape,
): void {
  const work = 20 * params.tokens * params.rows
  batch.run(kernel, { bindings, params, ...rowDispatch(batch, params.tokens, shape), work })
}

/** Loss in nats of every token, from the state after the last chunk. */
export function lossesOf(state: Float32Array): Float64Array {
  return Float64Array.from(
    { length: state.length / 3 },
    (_, t) => state[3 * t] + Math.log(state[3 * t + 1]) - state[3 * t + 2],
  )
}

/** The same in float64 from whole logits [tokens, vocabulary]. */
export function reference(logits: ArrayLike<number>, targets: ArrayLike<number>): Float64Array {
  const vocabulary = logits.length / targets.length
  return Float64Array.from({ length: targets.length }, (_, t) => {
    const row = Array.from({ length: vocabulary }, (_, j) => logits[t * vocabulary + j])
    const largest = row.reduce((most, logit) => Math.max(most, logit))
    const sum = row.reduce((total, logit) => total + Math.exp(logit - largest), 0)
    return largest + Math.log(sum) - row[targets[t]]
  })
}
