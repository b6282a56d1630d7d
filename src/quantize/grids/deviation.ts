// What grids of papers share that take their range from a deviation, not from the outermost weights: means and mean
// squares of every row or group, in two passes, pooled over the rows where the layer is one group.
import type { Gpu } from '../../gpu/gpu.ts'
import { Scope } from '../../gpu/scope.ts'
import { deviationRange, reference as rangeReference } from '../../kernels/deviation-range.ts'
import { groupMean, reference as meanReference } from '../../kernels/group-mean.ts'
import { flag } from '../options.ts'
import { TENSOR, type Levels, type Problem, type ReferenceLevels, type ReferenceProblem } from '../problem.ts'
import { groupShape, levelsOfRanges, pooled, poolRows, referenceLevels, type LevelKind } from './levels.ts'

/**
 * Outermost level in deviations for 2, 3, … 8 bits. The best evenly spaced levels of a Gaussian end at 1.49, 2.05,
 * 2.51, 2.92, 3.28, 3.61 and 3.93 deviations (Max 1960, table II); here up to a tenth further out, because what GPTQ
 * rounds is widened by the errors it carries along. Measured after incoherence and frames on small real layers; a
 * range for 2 bits doubles the loss or more at 4 bits, and the other way round.
 */
const FITTED = [1.7, 2.2, 2.6, 3, 3.4, 3.7, 4]

export const fit = flag(false, 'Outermost level by the bits, for Gaussian weights')

/** Outermost level in deviations: `given`, or what fits the bits. */
export function outermost(given: number, fit: boolean, bits: number): number {
  return fit ? FITTED[bits - 2] : given
}

/** The range mean ± factor · deviation. */
export interface Deviation {
  factor: number
  /** mean: a sample's deviation from its mean; zero: the root mean square, about 0. */
  about: 'mean' | 'zero'
}

/** The caller owns the levels. */
export async function deviationLevels(
  gpu: Gpu,
  problem: Problem,
  kind: LevelKind,
  { factor, about }: Deviation,
): Promise<Levels> {
  const { weights, together } = problem
  const shape = groupShape(problem, kind)
  const { rows, groups } = shape
  using scope = new Scope(gpu)
  const centers = scope.buffer('centers', 4 * rows * groups)
  const means = scope.buffer('means', 4 * rows * groups)
  const squares = scope.buffer('mean squares', 4 * rows * groups)
  const ranges = scope.buffer('ranges', 8 * rows * groups)
  const batch = gpu.batch('deviation').clear(centers).clear(means)
  if (about === 'mean') {
    groupMean(batch, { weights, centers, means }, { ...shape, power: 1 })
    await poolRows(batch, means, { ...problem, width: groups }, 'mean', kind)
  }
  groupMean(batch, { weights, centers: means, means: squares }, { ...shape, power: 2 })
  await poolRows(batch, squares, { ...problem, width: groups }, 'mean', kind)
  const pooledRows = kind.group === TENSOR ? (together?.rows ?? rows) : 1
  deviationRange(batch, { means, squares, ranges }, { ...shape, pooledRows, sample: about === 'mean', factor })
  const levels = levelsOfRanges(gpu, batch, ranges, shape, kind)
  batch.flush()
  return levels
}

/** The same in float64; scales in float32 or as stored. */
export function referenceDeviation(
  problem: ReferenceProblem,
  kind: LevelKind,
  { factor, about }: Deviation,
): ReferenceLevels {
  const { weights } = problem
  const shape = groupShape(problem, kind)
  const size = { rows: shape.rows, width: shape.groups }
  const zeros = new Float64Array(shape.rows * shape.groups)
  const mean =
    about === 'mean' ? pooled(meanReference(weights, zeros, { ...shape, power: 1 }), size, 'mean', kind) : zeros
  const squares = pooled(meanReference(weights, mean, { ...shape, power: 2 }), size, 'mean', kind)
  const pooledRows = kind.group === TENSOR ? shape.rows : 1
  const ranges = rangeReference(mean, squares, { ...shape, pooledRows, sample: about === 'mean', factor })
  return referenceLevels(ranges.map(Math.fround), shape, kind)
}
