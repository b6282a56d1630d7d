// Every grid, one line each.
import type { Grid } from '../stage.ts'
import { clip, clipBlock, clipPlain } from './clip.ts'
import { minmax } from './minmax.ts'
import { owc } from './owc.ts'
import { rms } from './rms.ts'
import { sigma } from './sigma.ts'

export const grids: readonly Grid[] = [minmax, clip, clipPlain, clipBlock, owc, rms, sigma]
