// Recipes: named presets in the space transform × grid × chain of steps. One line here and a method is everywhere.
import { parseRecipe } from './recipe-text.ts'
import type { Source } from './stage.ts'

export interface StageChoice {
  name: string
  options?: Readonly<Record<string, number | string | boolean>>
}

/** Recipes of one family stand together in legends and menus. */
export type Family =
  'nearest' | 'gptq' | 'descent' | 'block descent' | 'scaling' | 'incoherence' | 'frames' | 'composed'

export interface Recipe {
  /** Name in URLs, on the command line and in files; of a composed recipe its text (recipe-text.ts). */
  name: string
  /** Title in chips and legends. */
  title: string
  /** Short title where GPTQ stands beside it. */
  short: string
  family: Family
  /** Where the recipe as a whole comes from; absent: its stages tell. */
  source?: Source
  transform: StageChoice
  /** Absent: the plan's grid, so that methods are compared on the same levels. */
  grid?: StageChoice
  steps: readonly StageChoice[]
}

const none: StageChoice = { name: 'none' }
const nearest: StageChoice = { name: 'nearest' }
const byActivation: StageChoice = { name: 'gptq', options: { order: 'activation' } }

/** With the damping that QuIP and FrameQuant add to H first, 0.01 of the mean diagonal, and gptq's own 0.01. */
const twiceDamped: StageChoice = { name: 'gptq', options: { order: 'activation', damp: 0.02 } }
const greedy: StageChoice = { name: 'greedy' }
const quip = { text: 'Chee et al. 2023 (QuIP), algorithm 3', url: 'https://arxiv.org/abs/2307.13304' }
const frameQuant = { text: 'Adepu et al. 2024 (FrameQuant)', url: 'https://arxiv.org/abs/2403.06082' }
const awq = { text: 'Lin et al. 2023 (AWQ)', url: 'https://arxiv.org/abs/2306.00978' }

/** A published method whose solver is replaced by coordinate descent, or followed by it. */
const withDescent = (recipe: Recipe): Recipe => ({
  ...recipe,
  name: `${recipe.name}+cdquant`,
  title: `${recipe.title} + CDQuant`,
  short: `${recipe.short} + CD`,
  source: { text: `${recipe.source!.text}; Nair & Suggala 2024 (CDQuant), section 4`, url: recipe.source!.url! },
  steps: [...recipe.steps, greedy],
})

/**
 * QuIP's one range for all bits, 2.4 root mean squares, is too wide for 2 bits: on the bundled model it gives a
 * perplexity of 2.56, the range fitted to the bits 1.85. (Composed as incoherence~rms~gptq it is to be had.)
 */
const incoherent: Recipe = {
  name: 'quip',
  title: 'QuIP',
  short: 'QuIP',
  family: 'incoherence',
  source: quip,
  transform: { name: 'incoherence' },
  grid: { name: 'rms', options: { fit: true } },
  steps: [twiceDamped],
}
/** FrameQuant's two standard deviations are for 2 bits; at 4 bits they raise the loss by more than half. */
const framed: Recipe = {
  name: 'framequant',
  title: 'FrameQuant',
  short: 'FrameQuant',
  family: 'frames',
  source: frameQuant,
  transform: { name: 'frame' },
  grid: { name: 'sigma', options: { fit: true } },
  steps: [twiceDamped],
}
const scaled: Recipe = {
  name: 'awq',
  title: 'AWQ',
  short: 'AWQ',
  family: 'scaling',
  source: awq,
  transform: { name: 'channel-scale' },
  grid: { name: 'clip-block' },
  steps: [nearest],
}

export const recipes: readonly Recipe[] = [
  { name: 'rtn', title: 'RTN', short: 'RTN', family: 'nearest', transform: none, steps: [nearest] },
  { name: 'gptq', title: 'GPTQ', short: 'GPTQ', family: 'gptq', transform: none, steps: [{ name: 'gptq' }] },
  {
    name: 'cyclic',
    title: 'Cyclic CD',
    short: 'Cyclic CD',
    family: 'descent',
    transform: none,
    steps: [nearest, { name: 'cyclic' }],
  },
  {
    name: 'quantease',
    title: 'QuantEase',
    short: 'QuantEase',
    family: 'descent',
    transform: none,
    steps: [{ name: 'quantease' }],
  },
  {
    name: 'cdquant',
    title: 'CDQuant',
    short: 'CDQuant',
    family: 'descent',
    transform: none,
    steps: [nearest, { name: 'greedy' }],
  },
  {
    name: 'gptq+cdquant',
    title: 'CDQuant from GPTQ',
    short: 'from GPTQ',
    family: 'descent',
    transform: none,
    steps: [byActivation, { name: 'greedy' }],
  },
  {
    name: 'gptq+cdquant+refit',
    title: 'CDQuant from GPTQ, levels refitted',
    short: 'GPTQ + refit',
    family: 'descent',
    transform: none,
    // Levels and codes in turn until that no longer pays, and codes once more.
    steps: [byActivation, { name: 'greedy' }, { name: 'refit', options: { rounds: 5 } }, { name: 'greedy' }],
  },
  {
    name: 'block',
    title: 'Block CD',
    short: 'Block CD',
    family: 'block descent',
    transform: none,
    steps: [nearest, greedy, { name: 'block' }],
  },
  {
    name: 'gptq+block',
    title: 'Block CD from GPTQ',
    short: 'GPTQ + block',
    family: 'block descent',
    transform: none,
    steps: [byActivation, greedy, { name: 'block' }],
  },
  scaled,
  withDescent(scaled),
  incoherent,
  withDescent(incoherent),
  framed,
  withDescent(framed),
]

/** A preset by name, or a composed recipe by its text. @throws RangeError naming what exists. */
export function recipeNamed(name: string): Recipe {
  const recipe = recipes.find((candidate) => candidate.name === name) ?? parseRecipe(name)
  if (!recipe) throw new RangeError(`unknown recipe '${name}'; known: ${recipes.map((r) => r.name).join(', ')}`)
  return recipe
}
