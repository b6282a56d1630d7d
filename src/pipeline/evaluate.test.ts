import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openCheckpoint } from '../formats/checkpoint.ts'
import type { GpuBuffer } from '../gpu/buffer.ts'
import { reference as crossEntropy } from '../kernels/cross-entropy.ts'
import { reference as divergence } from '../kernels/divergence.ts'
import { openModel } from '../model/model.ts'
import { referenceForward } from '../model/reference.ts'
import { fileText, folderBlobs } from '../node/files.ts'
import { bundledText, checkpointFiles } from '../test/bundled.ts'
import { withGpu } from '../test/gpu.ts'
import { drain } from '../test/model.ts'
import { tinyCheckpoint, tinyLlama } from '../test/tiny-llama.ts'
import { tokenWindows } from '../tokenizer/windows.ts'
import { Baseline, comparisonOf, evaluate, perplexityOf } from './evaluate.ts'
import { tokenText } from './texts.ts'

test('perplexity of the bundled model equals the official code in float64', async () => {
  await withGpu(async (gpu) => {
    const checkpoint = await openCheckpoint('tiny-tales-1m', await checkpointFiles())
    const model = openModel(checkpoint)
    const { ids } = tokenText(checkpoint, bundledText('evaluation.txt'), model.facts.vocabulary)
    const { yielded, result } = await drain(evaluate(gpu, model, tokenWindows(ids, 256, 16, 'evaluation')))
    expect(yielded.at(-1)).toEqual({ windows: 16, of: 16 })
    expect(result).toMatchObject({ windows: 16, window: 256, targets: 16 * 255 })
    // Float32 logits of about 10 are good to 1e-5, and so is each loss; the mean of them is off by 2e-6 here.
    expect(Math.abs(result.value / 1.50603 - 1)).toBeLessThan(1e-5)
  })
})

const shared = join(import.meta.dirname, '../../../shared')

describe.runIf(existsSync(shared))('perplexity of stories260K equals the official code in float64', () => {
  test.each([
    ['stories260K-hf', 6.357244],
    ['stories260K-hf-f16', 6.357078],
    ['stories260K-hf-bf16-sharded', 6.360855],
  ])('%s', async (folder, expected) => {
    await withGpu(async (gpu) => {
      const { name, files } = await folderBlobs(join(shared, 'models', folder))
      const checkpoint = await openCheckpoint(name, files)
      const model = openModel(checkpoint)
      const text = await fileText(join(shared, 'texts/tinystories-evaluation.txt'))
      const { ids } = tokenText(checkpoint, text, model.facts.vocabulary)
      const { result } = await drain(evaluate(gpu, model, tokenWindows(ids, 256, 16, 'evaluation')))
      expect(Math.abs(result.value / expected - 1)).toBeLessThan(1e-5)
    })
  })
})

describe('a random Llama', () => {
  const windows = [0, 1, 2].map((w) => Uint32Array.from({ length: 19 }, (_, i) => (i * 29 + w * 7) % 77))
  const tiny = tinyLlama()
  const other = tinyLlama(undefined, 2)
  const name = 'model.layers.1.mlp.up_proj'

  /** Mean loss of a window in float64. */
  const loss = (ids: Uint32Array, tensors: typeof tiny.tensors) => {
    const { logits } = referenceForward(tiny.config, (tensor) => tensors.get(tensor)!.data, ids)
    const losses = crossEntropy(logits.subarray(0, 18 * 77), ids.subarray(1))
    return losses.reduce((sum, one) => sum + one) / 18
  }

  test('perplexity against float64, with other weights for one layer', async () => {
    const model = openModel(await tinyCheckpoint(tiny))
    const weights = other.tensors.get(`${name}.weight`)!
    const expected = perplexityOf(
      windows.map((ids) => loss(ids, tiny.tensors)),
      19,
    )
    const changed = new Map(tiny.tensors).set(`${name}.weight`, weights)
    const expectedChanged = perplexityOf(
      windows.map((ids) => loss(ids, changed)),
      19,
    )
    await withGpu(async (gpu) => {
      const { result } = await drain(evaluate(gpu, model, windows))
      const given: GpuBuffer[] = []
      const events = evaluate(gpu, model, windows, ({ layer }) => {
        if (layer === name) given.push(gpu.upload('other weights', weights.data))
        return layer === name ? given[0] : undefined
      })
      const { result: substituted } = await drain(events)
      expect(given).toHaveLength(1)
      for (const [actual, wanted] of [
        [result, expected],
        [substituted, expectedChanged],
      ]) {
        expect(actual).toEqual({
          ...wanted,
          value: expect.any(Number) as number,
          standardError: expect.any(Number) as number,
        })
        expect(Math.abs(actual.value / wanted.value - 1)).toBeLessThan(1e-6)
        expect(Math.abs(actual.standardError! / wanted.standardError! - 1)).toBeLessThan(1e-4)
      }
      expect(Math.abs(expectedChanged.value / expected.value - 1)).toBeGreaterThan(1e-3)
    })
  })

  test('divergence from the unquantized model and agreement against float64', async () => {
    const model = openModel(await tinyCheckpoint(tiny))
    const changed = new Map(tiny.tensors).set(`${name}.weight`, other.tensors.get(`${name}.weight`)!)
    const logitsOf = (ids: Uint32Array, tensors: typeof tiny.tensors) =>
      referenceForward(tiny.config, (tensor) => tensors.get(tensor)!.data, ids).logits.subarray(0, 18 * 77)
    const expected = comparisonOf(
      windows.flatMap((ids) => divergence(logitsOf(ids, tiny.tensors), logitsOf(ids, changed), 77)),
    )
    await withGpu(async (gpu) => {
      const workPerSubmit = gpu.workPerSubmit
      // Two windows to a chunk, then one.
      gpu.workPerSubmit = 20e3
      try {
        using baseline = new Baseline()
        const { result: alone } = await drain(evaluate(gpu, model, windows, undefined, baseline))
        expect(Object.keys(alone)).not.toContain('kl')
        const { result: itself } = await drain(evaluate(gpu, model, windows, undefined, baseline))
        expect(itself).toEqual({ ...alone, kl: { mean: 0, p99: 0 }, top1: 1 })
        const events = evaluate(
          gpu,
          model,
          windows,
          ({ layer }) =>
            layer === name ? gpu.upload('other weights', changed.get(`${name}.weight`)!.data) : undefined,
          baseline,
        )
        const { result } = await drain(events)
        // Float32 logits of a few units, exact to 1e-6, make divergences of 0.1 exact to 1e-5 relatively.
        expect(Math.abs(result.kl!.mean / expected.kl.mean - 1)).toBeLessThan(1e-5)
        expect(Math.abs(result.kl!.p99 / expected.kl.p99 - 1)).toBeLessThan(1e-5)
        expect(result.top1).toBe(expected.top1)
        expect(expected.top1).toBeLessThan(1)
        expect(expected.kl.mean).toBeGreaterThan(1e-3)
        const { result: plain } = await drain(
          evaluate(gpu, model, windows, ({ layer }) =>
            layer === name ? gpu.upload('other weights', changed.get(`${name}.weight`)!.data) : undefined,
          ),
        )
        expect(result).toMatchObject(plain)
      } finally {
        gpu.workPerSubmit = workPerSubmit
      }
    })
  })

  test('leaves nothing behind when it is stopped at any place', async () => {
    const model = openModel(await tinyCheckpoint(tiny))
    await withGpu(async (gpu) => {
      for (let place = 1; place <= 3; place++) {
        const events = evaluate(gpu, model, windows)
        for (let i = 0; i < place; i++) await events.next()
        await events.return({ value: 0, windows: 0, window: 0, targets: 0 })
      }
    })
  })
})

test('the standard error is that of the mean of the windows', () => {
  expect(perplexityOf([1, 3], 5)).toEqual({
    value: Math.exp(2),
    standardError: Math.exp(2),
    windows: 2,
    window: 5,
    targets: 8,
  })
  expect(perplexityOf([2], 5)).toEqual({ value: Math.exp(2), windows: 1, window: 5, targets: 4 })
})

test('the 99th percentile lies between the two nearest divergences', () => {
  const divergences = Array.from({ length: 51 }, (_, i) => ({ kl: 50 - i, agrees: i % 3 > 0 }))
  expect(comparisonOf(divergences)).toEqual({ kl: { mean: 25, p99: 49.5 }, top1: 34 / 51 })
  expect(comparisonOf([{ kl: 0.25, agrees: true }])).toEqual({ kl: { mean: 0.25, p99: 0.25 }, top1: 1 })
})
