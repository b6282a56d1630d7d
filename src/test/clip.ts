// Seeded weights with unrounded min-max levels and factors, for tests of the clip search.
import type { Scope } from '../gpu/scope.ts'
import { clipFactors, type ClipShape } from '../kernels/clip-errors.ts'
import { minmaxLevels } from './levels.ts'
import { gaussians } from './numbers.ts'

/** Numbers and buffers of the same. */
export function seededClip(
  scope: Scope,
  { rows, columns, width, scaleType }: { rows: number; columns: number; width: number; scaleType: 'f16' | 'f32' },
) {
  const groups = Math.ceil(columns / width)
  const weights = gaussians(rows * columns, 10)
  const factors = clipFactors(0.3)
  const shape: ClipShape = { rows, columns, width, groups, bits: 3, scaleType, count: factors.length }
  const { scales, zeros } = minmaxLevels(weights, shape)
  const buffers = {
    weights: scope.upload('weights', weights),
    scales: scope.upload('scales', Float32Array.from(scales)),
    zeros: scope.upload('zeros', Float32Array.from(zeros)),
    factors: scope.upload('factors', factors),
  }
  return { shape, numbers: { weights, scales, zeros, factors }, buffers }
}
