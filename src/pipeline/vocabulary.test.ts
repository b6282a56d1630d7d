// A vocabulary of 262,144 and one more token, against float64.
import { expect, test } from 'vitest'
import { reference as crossEntropy } from '../kernels/cross-entropy.ts'
import { reference as divergence } from '../kernels/divergence.ts'
import { normalisedError } from '../math/compare.ts'
import { openModel } from '../model/model.ts'
import { referenceForward } from '../model/reference.ts'
import { withGpu } from '../test/gpu.ts'
import { drain, logitsOf } from '../test/model.ts'
import { tinyConfigs, tinyModelOf } from '../test/tiny-family.ts'
import { Baseline, comparisonOf, evaluate, perplexityOf } from './evaluate.ts'
import { likeliest } from './generate-sample.ts'

/** The logits of five tokens, and less than half of the table. */
const LIMIT = 5.5 * 2 ** 20

const sizes = { hidden_size: 12, intermediate_size: 16, num_hidden_layers: 1, num_attention_heads: 2, head_dim: 6 }
const changed = 'model.layers.0.mlp.down_proj'

const vocabulary = 262145
const config = { ...tinyConfigs.qwen3, ...sizes, vocab_size: vocabulary }
const ids = Uint32Array.of(65536, vocabulary - 1, 0, vocabulary - 2, 131072)
const targets = ids.subarray(1)

test('logits, perplexity and divergence, in one buffer and with the table in tiles', async () => {
  const { design, tensors, checkpoint } = await tinyModelOf(config)
  const model = openModel(checkpoint)
  const other = tensors.get(`${changed}.weight`)!.data.map((w) => 0.9 * w)
  const [own, others] = [tensors, new Map(tensors).set(`${changed}.weight`, { shape: [], data: other })].map(
    (weights) => referenceForward(design, (name) => weights.get(name)!.data, ids).logits,
  )
  const rated = [own, others].map((logits) => logits.subarray(0, 4 * vocabulary))
  const losses = rated.map((logits) => crossEntropy(logits, targets))
  const expected = losses.map((of) => perplexityOf([of.reduce((a, b) => a + b) / 4], 5).value)
  const compared = comparisonOf(divergence(rated[0], rated[1], vocabulary))
  const row = <T extends Float32Array | Float64Array>(all: T, t: number) =>
    all.subarray(t * vocabulary, (t + 1) * vocabulary)
  for (const limit of [undefined, LIMIT])
    await withGpu(async (gpu) => {
      const logits = await logitsOf(gpu, model, [...ids])
      // A block of sums of a dozen float32 products each.
      expect(normalisedError(logits, own)).toBeLessThan(1e-12)
      for (const t of ids.keys()) expect(likeliest(row(logits, t))).toBe(likeliest(row(own, t)))
      using baseline = new Baseline()
      const { result } = await drain(evaluate(gpu, model, [ids], undefined, baseline))
      const substitute = ({ layer }: { layer: string }) => (layer === changed ? gpu.upload(layer, other) : undefined)
      const { result: second } = await drain(evaluate(gpu, model, [ids], substitute, baseline))
      // Float32 sums of 262,145 exponentials in stretches of 512; found: 6e-7.
      expect(Math.abs(result.value / expected[0] - 1)).toBeLessThan(3e-6)
      expect(Math.abs(second.value / expected[1] - 1)).toBeLessThan(3e-6)
      // A difference of two such sums, each some ten times as large; found: 6e-6.
      expect(Math.abs(second.kl!.mean / compared.kl.mean - 1)).toBeLessThan(3e-5)
      expect(second.top1).toBe(compared.top1)
    }, limit)
})
