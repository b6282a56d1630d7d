// Models on an adapter that holds a fraction of their matrices in one binding, against the same models without a limit.
import { afterAll, expect, test } from 'vitest'
import type { Gpu } from '../gpu/gpu.ts'
import { normalisedError } from '../math/compare.ts'
import { openModel, type Model } from '../model/model.ts'
import { referenceForward } from '../model/reference.ts'
import { openNodeGpu } from '../node/adapter.ts'
import { steppedLogits } from '../test/family-golden.ts'
import { withGpu } from '../test/gpu.ts'
import { drain, logitsOf } from '../test/model.ts'
import { textOf } from '../test/run.ts'
import { tinyConfigs, tinyModelOf } from '../test/tiny-family.ts'
import type { DescentPoint } from '../quantize/stage.ts'
import type { RunEvent } from './events.ts'
import { HessianCache } from './hessian-cache.ts'
import { defaultPlan, type Plan } from './plan.ts'
import { run } from './run.ts'
import { Solutions } from './solutions.ts'

/** Less than the largest matrices, the largest Hessians and the vocabulary take, more than 64 rows of any. */
const LIMIT = 4 * 65 * 288

const sizes = { vocab_size: 277, hidden_size: 96, num_attention_heads: 6, num_hidden_layers: 2, intermediate_size: 150 }

/** Fused, transposed and interleaved matrices; biases, caps, narrow embeddings. */
const configs: Record<string, Record<string, unknown>> = {
  'fused, phi3': { ...tinyConfigs.phi3, ...sizes },
  // No 64 rows of its fused layer fit as they are stored.
  'transposed, gpt2': { ...tinyConfigs.gpt2, vocab_size: 277, n_embd: 104, n_head: 8, n_inner: 150 },
  'soft caps, gemma2': { ...tinyConfigs.gemma2, ...sizes, head_dim: 16 },
}

let held: Promise<Gpu> | undefined
afterAll(async () => (await held)?.[Symbol.dispose]())

async function limited<T>(body: (gpu: Gpu) => Promise<T>): Promise<T> {
  const gpu = await (held ??= openNodeGpu({ poison: true, bindingLimitBytes: LIMIT }))
  const result = await body(gpu)
  gpu.check()
  expect(gpu.memory.labels(), 'buffers left on the device').toEqual([])
  return result
}

test.each(Object.keys(configs))('%s: logits in tiles, whole sequences and token by token', async (name) => {
  const { design, tensors, checkpoint } = await tinyModelOf({ ...configs[name], num_hidden_layers: 1, n_layer: 1 })
  const model = openModel(checkpoint)
  const ids = Array.from({ length: 19 }, (_, i) => (i * 83) % 277)
  const { logits } = referenceForward(design, (name) => tensors.get(name)!.data, ids)
  await limited(async (gpu) => {
    // A block of sums of some 150 float32 products each: relative errors of 1e-6, squared.
    expect(normalisedError(await logitsOf(gpu, model, ids), logits)).toBeLessThan(1e-11)
    const last = await steppedLogits(gpu, model, ids, [7, 11, 1])
    expect(normalisedError(last, logits.subarray(18 * 277))).toBeLessThan(1e-11)
  })
})

const plan: Plan = {
  ...defaultPlan,
  recipes: ['rtn', 'cyclic', 'gptq+cdquant'],
  ...{ window: 40, samples: 6, heldOut: 2, windows: 2, group: 32 },
}

async function solved(gpu: Gpu, model: Model, plan: Plan) {
  const texts = { calibration: textOf('calibration', 400, 5), evaluation: textOf('evaluation', 100, 6) }
  const solutions = new Solutions()
  const { yielded } = await drain(run({ gpu, model, ...texts, cache: new HessianCache(), solutions }, plan))
  return { events: yielded, solutions }
}

const perplexities = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.event === 'perplexity' ? [event.value] : []))

/** Points of one layer and recipe. */
const curveOf = (events: readonly RunEvent[], layer: string, recipe: string): DescentPoint[] =>
  events.flatMap((event) =>
    event.event === 'descent' && event.layer === layer && event.recipe === recipe ? event.points : [],
  )

test.each(['quick', 'faithful'] as const)('a run in tiles and parts finds the same codes, %s', async (mode) => {
  const model = openModel((await tinyModelOf({ ...configs['fused, phi3'], num_hidden_layers: 1 })).checkpoint)
  const given: Plan = mode === 'quick' ? plan : { ...plan, mode, recipes: ['gptq+cdquant'], correction: 0.5 }
  const whole = await withGpu((gpu) => solved(gpu, model, given))
  const inTiles = await limited((gpu) => solved(gpu, model, given))
  expect(inTiles.solutions.results).toHaveLength(whole.solutions.results.length)
  for (const [i, result] of whole.solutions.results.entries()) {
    const { layer, recipe } = result
    const [one, other] = [whole, inTiles].map(({ solutions }) => solutions.get(recipe, layer)!)
    expect(other.codes, `${layer} ${recipe}`).toEqual(one.codes)
    expect(other.levels).toEqual(one.levels)
    const found = inTiles.solutions.results[i]
    expect(found).toMatchObject({ layer, recipe, moves: result.moves, damping: result.damping })
    // Windows come in smaller chunks, and H is their running mean in float32.
    for (const of of ['objective', 'relative', 'effectiveBits'] as const)
      expect(Math.abs(found[of] / result[of] - 1)).toBeLessThan(1e-6)
    expect(Math.abs(found.heldOut!.relative / result.heldOut!.relative - 1)).toBeLessThan(1e-6)
    const [own, others] = [whole, inTiles].map(({ events }) => curveOf(events, layer, recipe))
    expect(others.length > 0).toBe(own.length > 0)
    if (!own.length) continue
    // The curve of the parts begins and ends where that of the whole layer does; objectives on the way are kept up in float32.
    for (const at of [0, -1]) {
      expect(others.at(at)!.moves).toBe(own.at(at)!.moves)
      expect(Math.abs(others.at(at)!.objective / own.at(at)!.objective - 1)).toBeLessThan(1e-5)
    }
    others.slice(1).forEach(({ moves }, k) => expect(moves).toBeGreaterThanOrEqual(others[k].moves))
  }
  const [first, second] = [whole, inTiles].map(({ events }) => perplexities(events))
  expect(second).toHaveLength(given.recipes.length + 1)
  // As the logits above.
  second.forEach((value, i) => expect(Math.abs(value / first[i] - 1)).toBeLessThan(1e-6))
})

test('rows that are mixed, and one scale for all of them, as in one buffer', async () => {
  // 288 rows in several parts, whose transpose fits by 64 rows.
  const config = { ...configs['fused, phi3'], num_hidden_layers: 1, intermediate_size: 144 }
  const model = openModel((await tinyModelOf(config)).checkpoint)
  const given = { ...plan, recipes: ['gptq', 'awq+cdquant', 'quip+cdquant', 'gptq+cdquant+refit'], group: -1 }
  const whole = await withGpu((gpu) => solved(gpu, model, given))
  const inTiles = await limited((gpu) => solved(gpu, model, given))
  for (const [i, { layer, recipe, ...result }] of whole.solutions.results.entries()) {
    const found = inTiles.solutions.results[i]
    expect(found).toMatchObject({ layer, recipe })
    expect(found.effectiveBits).toBe(result.effectiveBits)
    // H is a running mean over other chunks, and turned round where it lies in tiles: other float32 roundings, from
    // which a descent may go another way.
    expect(Math.abs(found.relative / result.relative - 1), `${layer} ${recipe}`).toBeLessThan(1e-3)
  }
  const [first, second] = [whole, inTiles].map(({ events }) => perplexities(events))
  second.forEach((value, i) => expect(Math.abs(value / first[i] - 1)).toBeLessThan(1e-4))
})
