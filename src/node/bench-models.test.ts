import { expect, test } from 'vitest'
import { openModel } from '../model/model.ts'
import { benchModels, openBenchModel } from './bench-models.ts'
import { benchShapes } from './bench-shapes.ts'

test('the models have the shapes of their authors', async () => {
  const shapes: Record<string, string> = {}
  for (const name of Object.keys(benchModels)) {
    const { facts, layers } = openModel(await openBenchModel(name))
    shapes[name] = [...layers.map(({ rows, columns }) => `${rows}×${columns}`), facts.vocabulary].join(' ')
  }
  expect(shapes).toEqual({
    'SmolLM2-135M': '576×576 192×576 192×576 576×576 1536×576 1536×576 576×1536 49152',
    'Qwen2.5-0.5B': '896×896 128×896 128×896 896×896 4864×896 4864×896 896×4864 151936',
    'Llama-3.2-1B': '2048×2048 512×2048 512×2048 2048×2048 8192×2048 8192×2048 2048×8192 128256',
    'Gemma-2-2B': '2048×2304 1024×2304 1024×2304 2304×2048 9216×2304 9216×2304 2304×9216 256000',
  })
})

test('seeded weights are the same however they are read, and as large as weights are', async () => {
  const checkpoint = await openBenchModel('Gemma-2-2B')
  const name = 'model.layers.0.self_attn.k_proj.weight'
  const all = await checkpoint.floats(name, 100_000, 200_000)
  const part = await checkpoint.floats(name, 150_001, 70_000)
  expect(part).toEqual(all.slice(50_001, 120_001))
  const power = all.reduce((sum, value) => sum + value * value, 0) / all.length
  expect(power * 2304).toBeGreaterThan(0.97)
  expect(power * 2304).toBeLessThan(1.03)
  const last = await checkpoint.floats('model.embed_tokens.weight', 256000 * 2304 - 5)
  expect(new Set(last).size).toBe(5)
})

test('an unknown model or number is refused', async () => {
  await expect(benchShapes(['--models', 'Llama-9'])).rejects.toThrow(/--models Llama-9: no such model; there are Smol/)
  await expect(benchShapes(['--window', '1'])).rejects.toThrow('--window is 1; a whole number from 2 on is needed')
})
