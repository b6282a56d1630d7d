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
]

/** A preset by name, or a composed recipe by its text. @throws RangeError naming what exists. */
export function recipeNamed(name: string): Recipe {
  const recipe = recipes.find((candidate) => candidate.name === name) ?? parseRecipe(name)
  if (!recipe) throw new RangeError(`unknown recipe '${name}'; known: ${recipes.map((r) => r.name).join(', ')}`)
  return recipe
}
