import { describe, expect, test } from 'vitest'
import { normalisedError } from '../math/compare.ts'
import { withGpu } from '../test/gpu.ts'
import { logitsOf } from '../test/model.ts'
import { tinyCheckpoint, tinyConfig, tinyLlama } from '../test/tiny-llama.ts'
import { families } from './families.ts'
import { openModel } from './model.ts'
import { referenceForward } from './reference.ts'

const ids = Array.from({ length: 23 }, (_, i) => (i * 31) % 77)

test.each([
  ['untied', tinyConfig],
  ['tied', { ...tinyConfig, tie_word_embeddings: true }],
  ['of round sizes', { ...tinyConfig, hidden_size: 32, intermediate_size: 48, num_attention_heads: 4, head_dim: 8 }],
])('logits of a random Llama, %s, against float64', async (_, json) => {
  await withGpu(async (gpu) => {
    const tiny = tinyLlama(json)
    const model = openModel(await tinyCheckpoint(tiny, json))
    const { logits } = referenceForward(tiny.config, (name) => tiny.tensors.get(name)!.data, ids)
    // Two blocks of sums of some 40 float32 products each: relative errors of 1e-6, squared.
    expect(normalisedError(await logitsOf(gpu, model, ids), logits)).toBeLessThan(1e-11)
  })
})

test('facts, layers and inputs', async () => {
  const tiny = tinyLlama()
  tiny.tensors.set('model.layers.0.self_attn.rotary_emb.inv_freq', { shape: [3], data: new Float32Array(3) })
  const model = openModel(await tinyCheckpoint(tiny))
  expect(model.facts).toEqual({
    name: 'tiny',
    architecture: 'LlamaForCausalLM',
    parameters: [...tiny.tensors.values()].reduce((sum, { data }) => sum + data.length, 0) - 3,
    blocks: 2,
    hidden: 20,
    vocabulary: 77,
    context: 64,
    tied: false,
  })
  const modules = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj']
  expect(model.layers.map(({ block, module }) => [block, module])).toEqual(
    [0, 1].flatMap((block) => modules.map((module) => [block, module])),
  )
  expect(model.layers[7]).toEqual({
    layer: 'model.layers.1.self_attn.q_proj',
    block: 1,
    module: 'q_proj',
    rows: 36,
    columns: 20,
  })
  expect(model.inputs(1).map(({ layers, columns }) => [layers.length, columns])).toEqual([
    [3, 20],
    [1, 36],
    [2, 20],
    [1, 37],
  ])
  expect(model.tensorNames).toHaveLength(tiny.tensors.size - 1)
  expect(await model.weights(model.layers[6])).toEqual(tiny.tensors.get('model.layers.0.mlp.down_proj.weight')!.data)
})

test('a head of its own is ignored where the config ties it to the embedding', async () => {
  await withGpu(async (gpu) => {
    const json = { ...tinyConfig, tie_word_embeddings: true }
    const tiny = tinyLlama(json)
    tiny.tensors.set('lm_head.weight', { shape: [77, 20], data: new Float32Array(77 * 20).fill(9) })
    const model = openModel(await tinyCheckpoint(tiny, json))
    const { logits } = referenceForward(tiny.config, (name) => tiny.tensors.get(name)!.data, ids)
    expect(normalisedError(await logitsOf(gpu, model, ids), logits)).toBeLessThan(1e-11)
  })
})

describe('configs that are refused', () => {
  const types = families.flatMap(({ modelTypes }) => modelTypes).join(', ')
  const architectures = families.flatMap(({ architectures: names }) => names).join(', ')
  test.each<[string, Record<string, unknown>, string]>([
    ['unknown type', { model_type: 'mamba' }, `config.json: model_type is "mamba"; supported: ${types}`],
    ...(
      [
        [
          'mixtral',
          { num_local_experts: 8, num_hidden_layers: 99 },
          'a mixture of experts, in which a router chooses the layers of every token',
        ],
        ['t5', { is_encoder_decoder: true }, 'it encodes text, and one that continues text is needed'],
        ['bert', {}, 'it encodes text, and one that continues text is needed'],
        [
          'gemma3',
          { text_config: { model_type: 'gemma3_text' }, vision_config: {} },
          'it takes more than text; its text part, "gemma3_text", runs where it comes alone',
        ],
        ['own', { auto_map: {} }, 'it comes with code of its own, which is not run'],
      ] as [string, Record<string, unknown>, string][]
    ).map(([type, fields, difference]): [string, Record<string, unknown>, string] => [
      type,
      { model_type: type, ...fields },
      `config.json: model_type is "${type}" (${difference}); supported: ${types}`,
    ]),
    [
      'no type',
      { model_type: undefined, architectures: undefined },
      `config.json: architectures is missing and model_type is missing; supported: ${architectures}`,
    ],
    [
      'other head',
      { architectures: ['LlamaForSequenceClassification'] },
      'config.json: architectures is ["LlamaForSequenceClassification"]; supported: LlamaForCausalLM, with the head that continues text',
    ],
    [
      'activation',
      { hidden_act: 'tanh' },
      'config.json: hidden_act is "tanh"; supported: "silu", "swish", "gelu", "gelu_python", "gelu_new", "gelu_fast", ' +
        '"gelu_pytorch_tanh", "quick_gelu", "relu", "relu2"',
    ],
    ['attention bias', { attention_bias: 1 }, 'config.json: attention_bias is 1; supported: true or false'],
    [
      'partial rotary',
      { partial_rotary_factor: 1.5 },
      'config.json: partial_rotary_factor is 1.5; supported: a number from 0 to 1',
    ],
    [
      'a part that cannot turn',
      { partial_rotary_factor: 0.5 },
      'config.json: heads of 6 numbers, of which 3 turn; rotary positions need an even number',
    ],
    [
      'rope scaling without its numbers',
      { rope_scaling: { rope_type: 'llama3', factor: 8 } },
      'config.json: rope_scaling.low_freq_factor is missing; expected: a number above 0',
    ],
    [
      'unknown rope scaling',
      { rope_parameters: { rope_type: 'ntk' } },
      'config.json: rope_parameters.rope_type is "ntk"; supported: "default", "linear", "dynamic", "llama3", "yarn", "longrope", "su"',
    ],
    [
      'factors of longrope',
      { rope_scaling: { type: 'longrope', short_factor: [1, 2], long_factor: [1, 2, 3] } },
      'config.json: rope_scaling.short_factor is [1,2]; supported: 3 numbers above 0',
    ],
    [
      'missing field',
      { hidden_size: undefined },
      'config.json: hidden_size is missing; expected: a whole number from 1 to 2147483647',
    ],
    [
      'wrong type',
      { vocab_size: '77' },
      'config.json: vocab_size is "77"; supported: a whole number from 1 to 2147483647',
    ],
    [
      'no number',
      { num_hidden_layers: 0 },
      'config.json: num_hidden_layers is 0; supported: a whole number from 1 to 4096',
    ],
    ['epsilon', { rms_norm_eps: -1 }, 'config.json: rms_norm_eps is -1; supported: a number above 0'],
    ['flag', { tie_word_embeddings: 'yes' }, 'config.json: tie_word_embeddings is "yes"; supported: true or false'],
    [
      'groups',
      { num_key_value_heads: 4 },
      'config.json: num_attention_heads 6 is no multiple of num_key_value_heads 4',
    ],
    ['heads', { head_dim: undefined }, 'config.json: hidden_size 20 is no multiple of num_attention_heads 6'],
    ['odd head', { head_dim: 5 }, 'config.json: heads of 5 numbers; rotary positions need an even number'],
    ['wide head', { head_dim: 512 }, 'config.json: head_dim is 512; supported: a whole number from 1 to 256'],
    [
      'shape',
      { intermediate_size: 38 },
      'model.layers.0.mlp.gate_proj.weight has shape [37, 20], the config asks for [38, 20]',
    ],
    [
      'more blocks',
      { num_hidden_layers: 3 },
      "tensor 'model.layers.2.input_layernorm.weight' of shape [20] is missing",
    ],
  ])('%s', async (_, overrides, message) => {
    const checkpoint = await tinyCheckpoint(tinyLlama(), { ...tinyConfig, ...overrides })
    expect(() => openModel(checkpoint)).toThrow(expect.objectContaining({ name: 'InputError', message }))
  })

  test('untied without a head', async () => {
    const tiny = tinyLlama()
    tiny.tensors.delete('lm_head.weight')
    const checkpoint = await tinyCheckpoint(tiny)
    expect(() => openModel(checkpoint)).toThrow("tensor 'lm_head.weight' of shape [77, 20] is missing")
  })
})
