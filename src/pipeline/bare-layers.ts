// Matrices without a model as the layers of a run: the block is the number in the path ('h.3.mlp.up' is in block 3),
// the module its last word. Where paths have no such order, every matrix stands alone under its whole name.
import type { Bare, BareFacts, BareLayer } from '../formats/bare.ts'
import type { LayerFacts, ModelFacts } from '../model/facts.ts'
import type { Plan } from './plan.ts'

/** In the place of a block's number: a matrix that is in none. */
export const NO_BLOCK = -1

/** Inputs of a matrix are read so many tokens at a time: few enough that float32 sums of any length stay accurate. */
export const TOKENS_PER_CHUNK = 1024

/** What a plan comes to without a model. */
export interface BareJob {
  /** Without what only a model has. */
  plan: Plan
  /** All that there are. */
  all: LayerFacts[]
  /** Those to be solved. */
  layers: LayerFacts[]
  /** The same as they are in the files. */
  matrices: BareLayer[]
}

/** `only`: names of the matrices to solve; absent: all. @throws InputError for a name that is not there. */
export function bareJob(bare: Bare, plan: Plan, only?: readonly string[]): BareJob {
  const { layers: found } = bare.facts
  const all = bareLayerFacts(found)
  const chosen = only && new Set(only.map((name) => bare.layer(name).layer))
  const isChosen = ({ layer }: { layer: string }) => !chosen || chosen.has(layer)
  // Nothing goes through a model: what only a model has is not asked for.
  const own: Plan = { ...plan, mode: 'quick', correction: 0, heldOut: 0, windows: 0 }
  if (plan.layerBits && chosen)
    own.layerBits = Object.fromEntries(Object.entries(plan.layerBits).filter(([layer]) => chosen.has(layer)))
  return { plan: own, all, layers: all.filter(isChosen), matrices: found.filter(isChosen) }
}

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
  if (at < 0 || at === words.length - 1 || !words.at(-1)) return { block: NO_BLOCK, module: layer }
  return { block: Number(words[at]), module: words[words.length - 1] }
}

/** What stands where a model's facts would: sizes that no matrix knows are 0. */
export function bareModelFacts({ name, layers }: Pick<BareFacts, 'name' | 'layers'>): ModelFacts {
  const parameters = layers.reduce((sum, { rows, columns }) => sum + rows * columns, 0)
  return { name, architecture: 'matrices', parameters, blocks: 0, hidden: 0, vocabulary: 0, context: 0, tied: false }
}
