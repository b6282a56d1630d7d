import { describe, expect, test } from 'vitest'
import { GpuLimitError } from '../gpu/errors.ts'
import type { Gpu } from '../gpu/gpu.ts'
import { reference as gram } from '../kernels/gram.ts'
import { normalisedError } from '../math/compare.ts'
import { random } from '../math/random.ts'
import { checkAdapter } from '../model/memory.ts'
import { openModel, type Model } from '../model/model.ts'
import { referenceForward } from '../model/reference.ts'
import { withGpu } from '../test/gpu.ts'
import { drain } from '../test/model.ts'
import { tinyCheckpoint, tinyLlama, type TinyLlama } from '../test/tiny-llama.ts'
import { Calibration } from './calibrate.ts'
import { windowsPerChunk } from './chunks.ts'

function windowsOf(count: number, window: number): Uint32Array[] {
  const source = random(5)
  return Array.from({ length: count }, () => Uint32Array.from({ length: window }, () => source.integer(77)))
}

async function tinyModel(): Promise<{ tiny: TinyLlama; model: Model }> {
  const tiny = tinyLlama()
  return { tiny, model: openModel(await tinyCheckpoint(tiny)) }
}

/** With submits of so little work, windows come in chunks of `count` or fewer. */
async function chunksOf<T>(gpu: Gpu, model: Model, count: number, window: number, body: () => Promise<T>): Promise<T> {
  const before = gpu.workPerSubmit
  while (windowsPerChunk(gpu, model, { window, windows: 99 }) > count) gpu.workPerSubmit /= 2
  try {
    return await body()
  } finally {
    gpu.workPerSubmit = before
  }
}

describe('calibration', () => {
  test.each([
    ['one chunk', 99, [5]],
    ['chunks of two windows', 2, [2, 4, 5]],
  ])('Hessians of a random Llama against float64, %s', async (_, most, steps) => {
    const { tiny, model } = await tinyModel()
    const windows = windowsOf(5, 13)
    const passes = windows.map((ids) => referenceForward(tiny.config, (name) => tiny.tensors.get(name)!.data, ids))
    await withGpu(async (gpu, scope) => {
      await chunksOf(gpu, model, most, 13, async () => {
        using calibration = new Calibration(gpu, model, { calibration: windows, heldOut: [] })
        for (const block of [0, 1]) {
          const { yielded, result } = await drain(calibration.block(block))
          if (most === 99) expect(yielded).toEqual(steps.map((windows) => ({ windows, of: 5 })))
          expect(yielded.at(-1)).toEqual({ windows: 5, of: 5 })
          for (const [group, { layers, columns, tokens, matrix }] of result.entries()) {
            scope.own(matrix)
            expect({ layers, columns, tokens }).toEqual({ ...model.inputs(block)[group], tokens: 65 })
            const x = Float64Array.from(passes.flatMap(({ inputs }) => [...inputs[block][group]]))
            const expected = gram(x, { tokens, columns, before: 0 })
            // Inputs with relative errors of some 1e-6 after a block, squared in H and again in the measure.
            expect(normalisedError(await matrix.read(gpu), expected), layers[0].layer).toBeLessThan(1e-11)
          }
        }
      })
    })
  })

  test('held-out windows have Hessians of their own', async () => {
    const { tiny, model } = await tinyModel()
    const windows = windowsOf(5, 13)
    const passes = windows.map((ids) => referenceForward(tiny.config, (name) => tiny.tensors.get(name)!.data, ids))
    await withGpu(async (gpu, scope) => {
      await chunksOf(gpu, model, 2, 13, async () => {
        using calibration = new Calibration(gpu, model, {
          calibration: windows.slice(0, 2),
          heldOut: windows.slice(2),
        })
        for (const block of [0, 1]) {
          const { yielded, result } = await drain(calibration.block(block))
          expect(yielded).toEqual([2, 4, 5].map((windows) => ({ windows, of: 5 })))
          for (const [group, { columns, tokens, matrix, heldOut }] of result.entries()) {
            expect(tokens).toBe(26)
            for (const [buffer, part] of [
              [matrix, passes.slice(0, 2)],
              [heldOut!, passes.slice(2)],
            ] as const) {
              const x = Float64Array.from(part.flatMap(({ inputs }) => [...inputs[block][group]]))
              const expected = gram(x, { tokens: 13 * part.length, columns, before: 0 })
              // As above.
              expect(normalisedError(await scope.own(buffer).read(gpu), expected)).toBeLessThan(1e-11)
            }
          }
        }
      })
    })
  })

  test('leaves nothing behind when it is stopped half-way', async () => {
    const { model } = await tinyModel()
    await withGpu(async (gpu) => {
      await chunksOf(gpu, model, 1, 13, async () => {
        using calibration = new Calibration(gpu, model, { calibration: windowsOf(3, 13), heldOut: [] })
        const events = calibration.block(0)
        expect((await events.next()).value).toMatchObject({ of: 3 })
        await events.return([])
      })
    })
  })

  test('blocks come in order', async () => {
    const { model } = await tinyModel()
    await withGpu(async (gpu) => {
      using calibration = new Calibration(gpu, model, { calibration: windowsOf(1, 5), heldOut: [] })
      await expect(calibration.block(1).next()).rejects.toThrow('block 1 was asked for, the next one is 0')
    })
  })
})

describe('memory', () => {
  test('a model that does not fit the adapter is refused by name', async () => {
    const { model } = await tinyModel()
    const adapter = { maxBindingBytes: 5327, maxBufferBytes: 1 << 20 }
    expect(() => checkAdapter(model, adapter)).toThrow(
      new GpuLimitError(
        '37 rows of 36 columns of model.layers.0.self_attn.o_proj need 5328 bytes in one buffer, this adapter allows 5327',
      ),
    )
    // The widest layer has 37 columns.
    expect(() => checkAdapter(model, { ...adapter, maxBindingBytes: 5624 })).not.toThrow()
  })
})
