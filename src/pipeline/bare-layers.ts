// Matrices without a model as the layers of a run: the block is the number in the path ('h.3.mlp.up' is in block 3),
// the module its last word. Where paths have no such order, every matrix stands alone under its whole name.
import type { BareFacts, BareLayer } from '../formats/bare.ts'
import type { LayerFacts, ModelFacts } from '../model/facts.ts'

/** In the place of a block's number: a matrix that is in none. */
export const NO_BLOCK = -1

/** One layer per matrix, in the same order. Block and module together are different for each. */
export function bareLayerFacts(matrices: readonly Pick<BareLayer, 'layer' | 'rows' | 'columns'>[]): LayerFacts[] {
  const placed = matrices.map(({ layer, rows, columns }) => ({ layer, rows, columns, ...place(layer) }))
  const names = new Set(placed.map(({ block, module }) => `${block} ${module}`))
  const numbers = placed.flatMap(({ block }) => (block === NO_BLOCK ? [] : [block]))
  const ordered = numbers.every((block, i) => i === 0 || block >= numbers[i - 1])
  if (ordered && names.size === placed.length) return placed
  return placed.map((facts) => ({ ...facts, block: NO_BLOCK, module: facts.layer }))
}

function place(layer: string): Pick<LayerFacts, 'block' | 'module'> {
  const words = layer.split('.')
  const at = words.findIndex((word) => /^\d{1,6}$/.test(word))
  if (at < 0 || at === words.length - 1) return { block: NO_BLOCK, module: layer }
  return { block: Number(words[at]), module: words[words.length - 1] }
}

/** What stands where a model's facts would: sizes that no matrix knows are 0. */
export function bareModelFacts({ name, layers }: Pick<BareFacts, 'name' | 'layers'>): ModelFacts {
  const parameters = layers.reduce((sum, { rows, columns }) => sum + rows * columns, 0)
  return { name, architecture: 'matrices', parameters, blocks: 0, hidden: 0, vocabulary: 0, context: 0, tied: false }
}
