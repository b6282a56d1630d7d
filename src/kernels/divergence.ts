// Kullback–Leibler divergence KL(P ‖ Q) per token between two models' next-token distributions, and whether their likeliest tokens agree,
// with the logits coming in chunks of the vocabulary.
import code from '../../shaders/divergence.wgsl?raw'
import type { Batch, Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { rowDispatch, type RowShape } from './rows.ts'

export const kernel = defineKernel({
  name: 'divergence',
  code,
  bindings: { left: 'read', right: 'read', state: 'read_write' },
  params: { tokens: 'u32', first: 'u32', rows: 'u32' },
})

/** Bytes of one token's state. */
export const DIVERGENCE_BYTES = 32

export interface Divergence {
  /** KL(P ‖ Q) in nats. */
  kl: number
  /** True when both find the same token likeliest; of equal logits the lowest id counts. */
  agrees: boolean
}

/**
 * Records the chunk of vocabulary rows first … first + rows − 1 into state f32 [tokens, 8]: logits left (of P) and right (of Q), both
 * [tokens, rows]. Chunks come in order of the vocabulary; the one with first = 0 starts anew. Ids are exact up to 2²⁴.
 */
export function divergence(
  batch: Batch,
  bindings: { left: Binding; right: Binding; state: Binding },
  params: { tokens: number; first: number; rows: number },
  shape?: RowShape,
): void {
  const work = 40 * params.tokens * params.rows
  batch.run(kernel, { bindings, params, ...rowDispatch(batch, params.tokens, shape), work })
}

/** Of every token, from the state after the last chunk. */
export function divergencesOf(state: Float32Array): Divergence[] {
  return Array.from({ length: state.length / 8 }, (_, t) => {
    const [, sum, grown, moved, , likeliest, , other] = state.subarray(8 * t, 8 * t + 8)
    return { kl: Math.log1p(grown / sum) - moved / sum, agrees: likeliest === other }
  })
}

const largestOf = (values: number[]) => values.reduce((most, value) => Math.max(most, value))

/** The same in float64 from whole logits [tokens, vocabulary]. */
export function reference(left: ArrayLike<number>, right: ArrayLike<number>, vocabulary: number): Divergence[] {
  return Array.from({ length: left.length / vocabulary }, (_, t) => {
    const rowOf = (logits: ArrayLike<number>) =>
      Array.from({ length: vocabulary }, (_, j) => logits[t * vocabulary + j])
    const logSoftmax = (logits: number[]) => {
      const largest = largestOf(logits)
      const sum = logits.reduce((total, logit) => total + Math.exp(logit - largest), 0)
      return logits.map((logit) => logit - largest - Math.log(sum))
    }
    const [p, q] = [left, right].map((logits) => logSoftmax(rowOf(logits)))
    const kl = p.reduce((total, logP, j) => total + Math.exp(logP) * (logP - q[j]), 0)
    return { kl, agrees: p.indexOf(largestOf(p)) === q.indexOf(largestOf(q)) }
  })
}
