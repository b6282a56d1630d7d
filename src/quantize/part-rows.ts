// In how many parts of rows a layer is solved, and which recipes have one number of all of them.
import { bindableBytes, TILE_ROWS, type Limits } from '../gpu/row-tiles.ts'
import { grids } from './grids/index.ts'
import { named, optionValues } from './options.ts'
import { groupsOf, TENSOR, type GridSettings } from './problem.ts'
import type { Recipe } from './recipes.ts'
import type { SolverOptions } from './solve.ts'

/** Factors that a clip search may try. */
const FACTORS = 50

/** True where all rows of a layer have one scale. */
export function oneScale(recipe: Recipe, { grid: usual, settings }: Pick<SolverOptions, 'grid' | 'settings'>): boolean {
  if (settings.group === TENSOR) return true
  const { name, options } = recipe.grid ?? usual
  const { per } = optionValues(named('grid', grids, name).options, options) as Record<string, unknown>
  return per === 'layer'
}

/** True where a layer of this size is one part. */
export const inOnePart = (adapter: Limits, size: { rows: number; columns: number }, settings: GridSettings): boolean =>
  partRows(adapter, size, settings) >= size.rows

/** Rows of a part: all of them where they fit, else as many as the largest buffer of any solver allows. */
export function partRows(
  adapter: Limits,
  { rows, columns }: { rows: number; columns: number },
  settings: GridSettings,
): number {
  const limit = bindableBytes(adapter)
  // The history of cyclic descent has two numbers for every weight, and more for blocks; a clip search one per factor.
  const { groups } = groupsOf(columns, settings.group)
  const rowBytes = Math.max(8 * (columns + Math.ceil(columns / 16) + 65), 4 * FACTORS * groups)
  const most = Math.floor(limit / rowBytes)
  if (rows <= most) return rows
  return most >= TILE_ROWS ? most - (most % TILE_ROWS) : Math.max(1, most)
}
