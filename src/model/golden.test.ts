import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { largestDifference } from '../math/compare.ts'
import { bundledFolder } from '../test/bundled.ts'
import { withGpu } from '../test/gpu.ts'
import { logitsOf, modelOf } from '../test/model.ts'

interface Golden {
  prompts: { prompt: string; ids: number[]; logits: [number, number][]; greedy_ids: number[] }[]
}

const golden = JSON.parse(readFileSync(join(bundledFolder, 'golden.json'), 'utf8')) as Golden

describe('the bundled model against the official code in float64', () => {
  test.each(golden.prompts)('logits after "$prompt"', async ({ ids, logits, greedy_ids }) => {
    await withGpu(async (gpu) => {
      const model = await modelOf(bundledFolder)
      expect(model.facts).toMatchObject({ parameters: 918_656, blocks: 4, hidden: 128, vocabulary: 1024, tied: true })
      const all = await logitsOf(gpu, model, ids)
      const last = all.subarray((ids.length - 1) * 1024)
      const actual = logits.map(([id]) => last[id])
      // Float32 through four blocks; logits reach 12.
      expect(
        largestDifference(
          actual,
          logits.map(([, logit]) => logit),
        ),
      ).toBeLessThan(1e-3)
      expect(last.indexOf(Math.max(...last))).toBe(greedy_ids[0])
    })
  })
})
