// Seeded layers with settings and grids, on which every recipe is held to what it claims.
import { TENSOR, type GridSettings } from '../quantize/problem.ts'
import type { ProblemOptions } from './problems.ts'

export interface ConformanceCase {
  name: string
  problem: ProblemOptions
  settings: GridSettings
  grid: string
}

const settings = (bits: number, group: number, symmetric: boolean, scaleType: 'f16' | 'f32'): GridSettings => ({
  bits,
  group,
  symmetric,
  scaleType,
})

/** Every grid once, every kind of layer that has gone wrong somewhere. */
export const conformanceCases: ConformanceCase[] = [
  { name: '24 × 48, 3 bits', problem: { rows: 24, columns: 48 }, settings: settings(3, 0, false, 'f16'), grid: 'clip' },
  {
    name: '17 × 43, 2 bits, groups of 16',
    problem: { rows: 17, columns: 43 },
    settings: settings(2, 16, true, 'f16'),
    grid: 'clip-block',
  },
  {
    name: '1 × 31, 4 bits',
    problem: { rows: 1, columns: 31 },
    settings: settings(4, 0, false, 'f32'),
    grid: 'clip-plain',
  },
  { name: '70 × 1, 3 bits', problem: { rows: 70, columns: 1 }, settings: settings(3, 0, false, 'f16'), grid: 'minmax' },
  {
    name: '9 × 66 with dead columns and zero rows, 3 bits, groups of 64',
    problem: { rows: 9, columns: 66, dead: [0, 17, 65], zeroRows: [0, 4] },
    settings: settings(3, 64, false, 'f16'),
    grid: 'clip',
  },
  {
    name: '12 × 64 from 24 tokens, 2 bits',
    problem: { rows: 12, columns: 64, tokens: 24 },
    settings: settings(2, 0, false, 'f16'),
    grid: 'owc',
  },
  {
    name: '20 × 36, 8 bits',
    problem: { rows: 20, columns: 36 },
    settings: settings(8, 0, false, 'f32'),
    grid: 'sigma',
  },
  {
    name: '10 × 40, 3 bits, one group for the layer',
    problem: { rows: 10, columns: 40 },
    settings: settings(3, TENSOR, false, 'f16'),
    grid: 'rms',
  },
]
