import { expect, test } from 'vitest'
import { openCheckpoint } from '../formats/checkpoint.ts'
import { openModel } from '../model/model.ts'
import { bundledText, checkpointFiles } from '../test/bundled.ts'
import { withGpu } from '../test/gpu.ts'
import { drain } from '../test/model.ts'
import { tokenWindows } from '../tokenizer/windows.ts'
import { evaluate } from './evaluate.ts'
import { tokenText } from './texts.ts'

test('perplexity of the bundled model equals the official code in float64', async () => {
  await withGpu(async (gpu) => {
    const checkpoint = await openCheckpoint('tiny-tales-1m', await checkpointFiles())
    const model = openModel(checkpoint)
    const { ids } = tokenText(checkpoint, bundledText('evaluation.txt'), model.facts.vocabulary)
    const windows = tokenWindows(ids, 256, 16, 'evaluation')
    const { yielded, result } = await drain(evaluate(gpu, model, windows))
    expect(yielded.at(-1)).toEqual({ windows: 16, of: 16 })
    expect(result).toMatchObject({ windows: 16, window: 256, targets: 16 * 255 })
    // Float32 losses of 0.4 nats are good to 1e-5; the means agree far better than the 0.1 % asked for.
    expect(Math.abs(result.value / 1.50603 - 1)).toBeLessThan(1e-5)
  })
})
