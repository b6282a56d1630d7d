// Recipes: named presets in the space transform × grid × chain of steps. One line here and a method is everywhere.

export interface StageChoice {
  name: string
  options?: Readonly<Record<string, number | string | boolean>>
}

export interface Recipe {
  /** Name in URLs, on the command line and in files. */
  name: string
  /** Title in chips and legends. */
  title: string
  /** Short title where GPTQ stands beside it. */
  short: string
  transform: StageChoice
  /** Absent: the plan's grid, so that methods are compared on the same levels. */
  grid?: StageChoice
  steps: readonly StageChoice[]
}

const identity: StageChoice = { name: 'identity' }

export const recipes: readonly Recipe[] = [
  { name: 'rtn', title: 'RTN', short: 'RTN', transform: identity, steps: [{ name: 'nearest' }] },
  { name: 'gptq', title: 'GPTQ', short: 'GPTQ', transform: identity, steps: [{ name: 'gptq' }] },
  {
    name: 'cyclic',
    title: 'Cyclic CD',
    short: 'Cyclic CD',
    transform: identity,
    steps: [{ name: 'nearest' }, { name: 'cyclic' }],
  },
  {
    name: 'cdquant',
    title: 'CDQuant',
    short: 'CDQuant',
    transform: identity,
    steps: [{ name: 'nearest' }, { name: 'greedy' }],
  },
  {
    name: 'gptq+cdquant',
    title: 'CDQuant from GPTQ',
    short: 'from GPTQ',
    transform: identity,
    steps: [{ name: 'gptq', options: { order: 'activation' } }, { name: 'greedy' }],
  },
]

/** @throws RangeError naming what exists. */
export function recipeNamed(name: string): Recipe {
  const recipe = recipes.find((candidate) => candidate.name === name)
  if (!recipe) throw new RangeError(`unknown recipe '${name}'; known: ${recipes.map((r) => r.name).join(', ')}`)
  return recipe
}
