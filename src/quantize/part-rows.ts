// In how many parts of rows a layer is solved, and what needs all rows at once.
import type { AdapterFacts } from '../gpu/gpu.ts'
import { bindableBytes, TILE_ROWS } from '../gpu/row-tiles.ts'
import { grids } from './grids/index.ts'
import { named, optionValues } from './options.ts'
import { groupsOf, TENSOR } from './problem.ts'
import type { Recipe } from './recipes.ts'
import type { SolverOptions } from './solve.ts'

export type Limits = Pick<AdapterFacts, 'maxBindingBytes' | 'maxBufferBytes'>
export type Choices = Pick<SolverOptions, 'grid' | 'settings'>

/** Factors that a clip search may try. */
const FACTORS = 50

/** True where all rows of a layer have one scale. */
export function oneScale(recipe: Recipe, { grid: usual, settings }: Choices): boolean {
  if (settings.group === TENSOR) return true
  const { name, options } = recipe.grid ?? usual
  const { per } = optionValues(named('grid', grids, name).options, options) as Record<string, unknown>
  return per === 'layer'
}

/** What of a recipe needs all rows of a layer in one solver; undefined where nothing does. */
export function mixesRows(recipe: Recipe, choices: Choices): string | undefined {
  // It decides after every round by the losses of all rows whether another one follows.
  const refits = recipe.steps.some(({ name }) => name === 'refit')
  return refits && oneScale(recipe, choices) ? 'the refit of one scale for the layer' : undefined
}

/** Rows of a part: all of them where they fit, else as many as the largest buffer of any solver allows. */
export function partRows(
  adapter: Limits,
  { rows, columns }: { rows: number; columns: number },
  recipes: readonly Recipe[],
  choices: Choices,
): number {
  const limit = bindableBytes(adapter)
  // The history of cyclic descent has two numbers for every weight, and more for blocks; a clip search one per factor.
  const { groups } = groupsOf(columns, choices.settings.group)
  const rowBytes = Math.max(8 * (columns + Math.ceil(columns / 16) + 65), 4 * FACTORS * groups)
  const most = Math.floor(limit / rowBytes)
  const fits = 4 * rows * columns <= limit
  if (rows <= most || (fits && recipes.some((recipe) => mixesRows(recipe, choices)))) return rows
  return most >= TILE_ROWS ? most - (most % TILE_ROWS) : Math.max(1, most)
}
