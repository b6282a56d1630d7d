// Llama (Touvron et al. 2023; LlamaForCausalLM of the Hugging Face library): tensor names, shapes, and which layers share an input.
import type { Checkpoint } from '../formats/checkpoint.ts'
import type { InputGroup, LayerFacts } from './facts.ts'
import type { Family, Model } from './family.ts'
import { fingerprint } from './fingerprint.ts'
import { llamaConfig } from './llama-config.ts'
import { LlamaForward } from './llama-forward.ts'
import { blockNorms, llamaInputs, outerTensors } from './llama-tensors.ts'
import { checkTensors } from './tensors.ts'

export const llama: Family = { modelTypes: ['llama'], architectures: ['LlamaForCausalLM'], open }

function open(checkpoint: Checkpoint): Model {
  const config = llamaConfig(checkpoint.config)
  const { vocabulary, hidden, blocks, context, tied } = config
  const inputs = Array.from({ length: blocks }, (_, block) => llamaInputs(config, block))
  const layers = inputs.flat().flatMap((group) => group.layers)
  const outer = outerTensors(config)
  const shapes = new Map<string, readonly number[]>([
    [outer.embedding, [vocabulary, hidden]],
    ...inputs.flatMap((groups, block): [string, readonly number[]][] => [
      ...Object.values(blockNorms(block)).map((name): [string, readonly number[]] => [name, [hidden]]),
      ...groups.flatMap((group) =>
        group.layers.map(({ layer, rows, columns }): [string, readonly number[]] => [
          `${layer}.weight`,
          [rows, columns],
        ]),
      ),
    ]),
    [outer.norm, [hidden]],
    [outer.head, [vocabulary, hidden]],
  ])
  checkTensors(checkpoint, shapes)
  const parameters = [...shapes.values()].reduce(
    (sum, shape) => sum + shape.reduce((product, length) => product * length, 1),
    0,
  )
  let known: Promise<string> | undefined
  return {
    facts: {
      name: checkpoint.name,
      architecture: 'LlamaForCausalLM',
      parameters,
      blocks,
      hidden,
      vocabulary,
      context,
      tied,
    },
    layers,
    tensorNames: [...shapes.keys()],
    inputs: (block: number): InputGroup[] => inputs[block],
    weights: ({ layer }: LayerFacts) => checkpoint.floats(`${layer}.weight`),
    keptBytes: (tokens) => 2 * 4 * tokens * blocks * config.kvHeads * config.headWidth,
    forward: (gpu, size) => new LlamaForward(gpu, checkpoint, config, size),
    fingerprint: () => (known ??= fingerprint(checkpoint, shapes)),
  }
}
