// Every grid, one line each.
import type { Grid } from '../stage.ts'
import { clip } from './clip.ts'
import { minmax } from './minmax.ts'

export const grids: readonly Grid[] = [minmax, clip]
