// What all clipped grids share: the min-max range of a group is multiplied by the factor out of 1.00, 0.98, … with the
// smallest error, the larger factor on ties, the zero as min-max has it. With one group for the whole layer the error is
// that of all rows together.
import type { Batch } from '../../gpu/batch.ts'
import type { GpuBuffer } from '../../gpu/buffer.ts'
import type { Gpu } from '../../gpu/gpu.ts'
import { Scope } from '../../gpu/scope.ts'
import { clip } from '../../kernels/clip.ts'
import { clipFactors, clippedScale, type ClipShape } from '../../kernels/clip-errors.ts'
import { smallest } from '../../kernels/smallest.ts'
import { nearestCode } from '../../math/round.ts'
import { real } from '../options.ts'
import type { GridSettings, Levels, Problem, ReferenceLevels, ReferenceProblem } from '../problem.ts'
import { groupShape, pooled, poolRows } from './levels.ts'
import { minmax, minmaxLevels } from './minmax.ts'

/**
 * 0.30 holds the best factor of almost every row; rows with heavy tails at 2 bits may want less. A lower end never
 * makes an error larger, only the search longer.
 */
export const lowest = real(0.3, 0.02, 1, 'Smallest factor tried')

/** What a search on the GPU works with. */
export interface Search {
  gpu: Gpu
  problem: Problem
  shape: ClipShape
  /** Scales as min-max has them, unrounded, and zeros. */
  levels: Levels
  /** f32 [count] */
  factors: GpuBuffer
  /** f32 [rows, groups, count], to be filled. */
  errors: GpuBuffer
  /** u32 [rows, groups]: places among the factors. */
  choices: GpuBuffer
  scope: Scope
}

/**
 * Levels of the factors with the smallest errors that `record` records; `choose`, where given, has the choices made
 * otherwise. The caller owns the levels.
 */
export async function searched(
  gpu: Gpu,
  problem: Problem,
  settings: GridSettings,
  lowest: number,
  record: (batch: Batch, search: Search) => void,
  choose?: (batch: Batch, search: Search) => Promise<void>,
): Promise<Levels> {
  const levels = await minmaxLevels(gpu, problem, settings, 'f32')
  try {
    using scope = new Scope(gpu)
    const values = clipFactors(lowest)
    const count = values.length
    const { rows, groups, ...rest } = groupShape(problem, settings)
    const { bits, scaleType } = settings
    const search: Search = {
      gpu,
      problem,
      shape: { rows, groups, ...rest, bits, scaleType, count },
      levels,
      factors: scope.upload('factors', values),
      errors: scope.buffer('clip errors', 4 * rows * groups * count),
      choices: scope.buffer('choices', 4 * rows * groups),
      scope,
    }
    const { errors, choices, factors } = search
    const batch = gpu.batch('clip')
    record(batch, search)
    if (choose) await choose(batch, search)
    else {
      await poolRows(batch, errors, { ...problem, width: groups * count }, 'mean', settings)
      smallest(batch, { errors, choices }, { levels: rows * groups, count })
    }
    clip(batch, { factors, choices, scales: levels.scales }, { levels: rows * groups, scaleType })
    batch.flush()
    return levels
  } catch (error) {
    levels[Symbol.dispose]()
    throw error
  }
}

/** Full scales, zeros and factors of a search in float64. */
export class ReferenceSearch {
  readonly full: ReferenceLevels
  readonly factors: Float32Array
  constructor(
    readonly problem: ReferenceProblem,
    readonly settings: GridSettings,
    lowest: number,
  ) {
    this.full = minmax.reference(problem, { ...settings, scaleType: 'f32' }, {})
    this.factors = clipFactors(lowest)
  }

  /** Ŵ − W of a group's nearest levels at factor k. */
  residual(row: number, g: number, k: number): Float64Array {
    const { columns, weights } = this.problem
    const { width, groups, scales, zeros, bits } = this.full
    const level = row * groups + g
    const scale = clippedScale(scales[level], this.factors[k], this.settings.scaleType)
    const own = weights.slice(row * columns + g * width, row * columns + Math.min(columns, (g + 1) * width))
    return own.map((w) => scale * (nearestCode(Math.fround(w / scale), zeros[level], 2 ** bits - 1) - zeros[level]) - w)
  }

  /** Levels of the factors with the smallest errors; `error` is that of a group's residual. */
  best(error: (residual: Float64Array, g: number) => number): ReferenceLevels {
    const { rows } = this.problem
    const { groups } = this.full
    const count = this.factors.length
    const own = Float64Array.from({ length: rows * groups * count }, (_, at) => {
      const level = Math.floor(at / count)
      return error(this.residual(Math.floor(level / groups), level % groups, at % count), level % groups)
    })
    const errors = pooled(own, { rows, width: groups * count }, 'mean', this.settings)
    return this.levels((level) => {
      const of = errors.subarray(level * count, (level + 1) * count)
      return of.indexOf(Math.min(...of))
    })
  }

  /** Levels at chosen factors. */
  levels(choice: (level: number) => number): ReferenceLevels {
    const { full, settings, factors } = this
    const scales = full.scales.map((scale, level) => clippedScale(scale, factors[choice(level)], settings.scaleType))
    return { ...full, ...settings, scales }
  }
}
