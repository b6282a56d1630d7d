// Random checkpoints and small trained ones with outputs of the official code, where this machine has them.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { largestDifference } from '../math/compare.ts'
import { withGpu } from '../test/gpu.ts'
import { logitsOf, modelOf } from '../test/model.ts'

interface FamilyGolden {
  sequences: Sequence[]
  config_variants: { name: string; config_overrides: Record<string, unknown>; sequences: Sequence[] }[]
}
interface Sequence {
  name: string
  input_ids?: number[]
  argmax_all: number[]
  logits: { position: number; f64: number[]; argmax: number }[]
}

const models = join(import.meta.dirname, '../../../shared/models')

describe.runIf(existsSync(models))('checkpoints of the official code', () => {
  const golden = (path: string) => JSON.parse(readFileSync(join(models, path, 'golden.json'), 'utf8')) as FamilyGolden

  /** Largest difference of the recorded logits, and whether every argmax agrees. */
  async function compare(
    path: string,
    overrides: Record<string, unknown>,
    sequences: Sequence[],
    config = 'config.json',
  ) {
    const ids = new Map(golden(path).sequences.map(({ name, input_ids }) => [name, input_ids!]))
    await withGpu(async (gpu) => {
      const model = await modelOf(join(models, path), overrides, config)
      const { vocabulary } = model.facts
      for (const { name, logits, argmax_all } of sequences) {
        const actual = await logitsOf(gpu, model, ids.get(name)!)
        const row = (t: number) => actual.subarray(t * vocabulary, (t + 1) * vocabulary)
        // The official float32 code differs by up to 5e-5.
        for (const { position, f64 } of logits)
          expect(largestDifference(row(position).subarray(0, f64.length), f64)).toBeLessThan(3e-4)
        expect(argmax_all.map((_, t) => row(t).indexOf(Math.max(...row(t))))).toEqual(argmax_all)
      }
    })
  }

  test.each(['config.json', 'config.v5.json'])('llama-gqa, %s', async (config) => {
    await compare('families/llama-gqa', {}, golden('families/llama-gqa').sequences, config)
  })

  test('llama-gqa with another rope_theta', async () => {
    const { config_variants } = golden('families/llama-gqa')
    const variant = config_variants.find(({ name }) => name === 'rope_theta_500000')!
    await compare('families/llama-gqa', variant.config_overrides, variant.sequences)
  })

  test('llama3-tied with its rope scaling off', async () => {
    const variant = golden('families/llama3-tied').config_variants.find(({ name }) => name === 'rope_scaling_off')!
    await compare('families/llama3-tied', variant.config_overrides, variant.sequences)
  })

  test.each([
    [
      'families/llama3-tied',
      'config.json',
      'config.json: rope_scaling is of type "llama3"; supported: "default", or no rope_scaling',
    ],
    [
      'families/llama3-tied',
      'config.v5.json',
      'config.json: rope_parameters is of type "llama3"; supported: "default", or no rope_parameters',
    ],
    ['families/llama-bias', 'config.json', 'config.json: attention_bias is true; supported: false'],
    ['families/qwen2', 'config.json', 'config.json: model_type is "qwen2"; supported: llama'],
  ])('%s, %s is refused', async (path, config, message) => {
    await expect(modelOf(join(models, path), {}, config)).rejects.toThrow(
      expect.objectContaining({ name: 'InputError', message }),
    )
  })

  // The numbers are recorded with the weights in F32; F16 and BF16 are other weights.
  test.each([
    ['stories260K-hf', 1e-3],
    ['stories260K-hf-f16', 2e-2],
    ['stories260K-hf-bf16-sharded', 1e-1],
  ])('%s', async (path, tolerance) => {
    const { ids, argmax, last_logits } = JSON.parse(
      readFileSync(join(models, 'stories260K-hf/golden.json'), 'utf8'),
    ) as {
      ids: number[]
      argmax: number[]
      last_logits: number[]
    }
    await withGpu(async (gpu) => {
      const model = await modelOf(join(models, path))
      const logits = await logitsOf(gpu, model, ids)
      const last = logits.subarray((ids.length - 1) * 512)
      expect(largestDifference(last, last_logits)).toBeLessThan(tolerance)
      expect(last.indexOf(Math.max(...last))).toBe(argmax.at(-1))
    })
  })
})
