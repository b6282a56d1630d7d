import { describe, expect, test } from 'vitest'
import { normalisedError } from '../math/compare.ts'
import { observedPass, steppedLogits } from '../test/family-golden.ts'
import { withGpu } from '../test/gpu.ts'
import { tinyConfigs, tinyModelOf } from '../test/tiny-family.ts'
import { groupsOf } from './design.ts'
import { openModel } from './model.ts'
import { referenceForward } from './reference.ts'

const ids = Array.from({ length: 21 }, (_, i) => (i * 31) % 77)

describe.each(Object.entries(tinyConfigs))('a random %s against float64', (_, json) => {
  test('whole windows, and the inputs of layers', async () => {
    const { design, tensors, checkpoint } = await tinyModelOf(json)
    const expected = referenceForward(design, (name) => tensors.get(name)!.data, ids)
    await withGpu(async (gpu) => {
      const model = openModel(checkpoint)
      expect(model.tensorNames).toEqual([...tensors.keys()])
      const { logits, captures } = await observedPass(gpu, model, ids)
      // Two blocks of sums of some 40 float32 products each: relative errors of 1e-6, squared.
      expect(normalisedError(logits, expected.logits)).toBeLessThan(1e-11)
      const lastOf = (all: Float64Array) => all.subarray((all.length / ids.length) * (ids.length - 1))
      const inputs = expected.inputs[0]
      const shared = inputs.length === 3
      for (const [name, at] of [
        ['qkv_in', 0],
        ['o_in', 1],
        ['up_in', shared ? 0 : 2],
        ['down_in', inputs.length - 1],
      ] as const)
        expect(normalisedError(captures.get(`layer0.${name}`)!, lastOf(inputs[at])), name).toBeLessThan(1e-11)
      expect(normalisedError(captures.get('last.block_out')!, lastOf(expected.states.at(-1)!))).toBeLessThan(1e-11)
    })
  })

  test('in pieces, and with other weights for a layer', async () => {
    const { design, tensors, checkpoint } = await tinyModelOf(json)
    // The first layer of the last block: a fused or a turned one, where the family has such.
    const { facts, transposed } = groupsOf(design.blocks[1])[0][0]
    const { rows, columns, layer } = facts
    const other = (await tinyModelOf(json, 2)).tensors.get(`${layer}.weight`)!
    const expected = referenceForward(
      design,
      (name) => (name === `${layer}.weight` ? other : tensors.get(name)!).data,
      ids,
    )
    // As the quantizer gives it: always [rows, columns].
    const given = transposed
      ? Float32Array.from(
          { length: rows * columns },
          (_, at) => other.data[(at % columns) * rows + Math.floor(at / columns)],
        )
      : other.data
    await withGpu(async (gpu) => {
      const model = openModel(checkpoint)
      const substitute = (one: { layer: string }) => (one.layer === layer ? gpu.upload('other', given) : undefined)
      const last = await steppedLogits(gpu, model, ids, [5, 1, 1, 9, 1], substitute)
      expect(normalisedError(last, expected.logits.subarray(20 * 77))).toBeLessThan(1e-11)
    })
  })
})

test('a turned weight is given to the quantizer as [rows, columns]', async () => {
  const { tensors, checkpoint } = await tinyModelOf(tinyConfigs.gpt2)
  const model = openModel(checkpoint)
  const [qkv] = model.layers
  expect(qkv).toEqual({ layer: 'transformer.h.0.attn.c_attn', block: 0, module: 'c_attn', rows: 60, columns: 20 })
  const weights = await model.weights(qkv)
  const stored = tensors.get('transformer.h.0.attn.c_attn.weight')!
  expect(stored.shape).toEqual([20, 60])
  // Row 59, column 7.
  expect(weights[59 * 20 + 7]).toBe(stored.data[7 * 60 + 59])
  expect(model.layers.slice(0, 4).map(({ module }) => module)).toEqual(['c_attn', 'attn.c_proj', 'c_fc', 'mlp.c_proj'])
})

test('layers that share an input are one group', async () => {
  const modules = async (name: string) => {
    const { checkpoint } = await tinyModelOf(tinyConfigs[name])
    return openModel(checkpoint)
      .inputs(0)
      .map(({ layers }) => layers.map(({ module }) => module))
  }
  expect(await modules('phi')).toEqual([['q_proj', 'k_proj', 'v_proj', 'fc1'], ['dense'], ['fc2']])
  expect(await modules('falcon, 7b style')).toEqual([
    ['query_key_value', 'dense_h_to_4h'],
    ['dense'],
    ['dense_4h_to_h'],
  ])
  expect(await modules('phi3')).toEqual([['qkv_proj'], ['o_proj'], ['gate_up_proj'], ['down_proj']])
})

test('windows longer than the learned positions are refused', async () => {
  const { checkpoint } = await tinyModelOf(tinyConfigs.gpt2)
  await withGpu(async (gpu) => {
    using forward = openModel(checkpoint).forward(gpu, { tokens: 41, window: 41 })
    await expect(forward.front()).rejects.toThrow(
      'transformer.wpe.weight has 40 positions; windows of 41 tokens need more',
    )
  })
})
