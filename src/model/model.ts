// Opens the model of a checkpoint: finds the family that config.json names.
import type { Checkpoint } from '../formats/checkpoint.ts'
import { InputError } from '../formats/errors.ts'
import { openDecoder } from './decoder.ts'
import { families } from './families.ts'
import type { Model } from './family.ts'
import { differenceOf } from './unsupported.ts'

export type { Block, Capture, Forward, Front, Head, Model, Substitute } from './family.ts'

/** @throws InputError when no family fits, or naming the first field, or all tensors, that do not. */
export function openModel(checkpoint: Checkpoint): Model {
  const { model_type: type, architectures } = checkpoint.config
  const names = Array.isArray(architectures) ? architectures : []
  const types = families.flatMap(({ modelTypes }) => modelTypes)
  const supported = families.flatMap(({ architectures: known }) => known)
  const family = families.find(({ modelTypes, architectures: known }) =>
    type === undefined ? names.some((name) => known.includes(name)) : modelTypes.includes(type as string),
  )
  const difference = differenceOf(checkpoint.config, types)
  if (!family)
    throw type === undefined
      ? new InputError(
          `config.json: architectures is ${JSON.stringify(architectures) ?? 'missing'} and model_type is missing; supported: ${supported.join(', ')}`,
        )
      : new InputError(
          `config.json: model_type is ${JSON.stringify(type)}${difference === undefined ? '' : ` (${difference})`}; supported: ${types.join(', ')}`,
        )
  if (names.length && !names.some((name) => family.architectures.includes(name)))
    throw new InputError(
      `config.json: architectures is ${JSON.stringify(architectures)}; supported: ${family.architectures.join(', ')}, with the head that continues text`,
    )
  refuseBlocks(checkpoint)
  return openDecoder(checkpoint, family.design(checkpoint))
}

/** Every block has tensors of its own: a count beyond them is refused before lists of that length are made. */
function refuseBlocks({ config, tensors }: Checkpoint): void {
  for (const field of ['num_hidden_layers', 'n_layer', 'num_layers']) {
    const blocks = config[field]
    if (typeof blocks === 'number' && Number.isInteger(blocks) && blocks <= 2 ** 31 - 1 && blocks > tensors.size)
      throw new InputError(
        `config.json: ${field} is ${blocks}, and the checkpoint has ${tensors.size === 1 ? '1 tensor' : `${tensors.size} tensors`}`,
      )
  }
}
