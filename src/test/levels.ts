// Seeded levels and codes for tests of kernels.
import { reference as rangeOf, type GroupShape } from '../kernels/range.ts'
import { reference as levelsOf } from '../kernels/range-levels.ts'
import { random } from '../math/random.ts'

/** Scales [rows, groups], zeros [rows, groups] and codes [rows, columns] of so many bits. */
export function seededLevels(rows: number, columns: number, groups: number, bits: number, seed: number) {
  const { uniform, integer } = random(seed)
  return {
    scales: Float32Array.from({ length: rows * groups }, () => 0.005 + 0.02 * uniform()),
    zeros: Float32Array.from({ length: rows * groups }, () => integer(2 ** bits)),
    codes: Uint32Array.from({ length: rows * columns }, () => integer(2 ** bits)),
  }
}

/** Ragged shapes of a layer: rows, columns, columns of a group. */
export const raggedShapes: [rows: number, columns: number, width: number][] = [
  [1, 1, 1],
  [15, 17, 17],
  [17, 15, 4],
  [3, 257, 64],
  [257, 48, 32],
]

/** Asymmetric float32 min-max scales and zeros [rows, groups] of weights [rows, columns]. */
export function minmaxLevels(weights: ArrayLike<number>, shape: GroupShape & { bits: number }) {
  const { rows, groups, bits } = shape
  return levelsOf(rangeOf(weights, shape), { levels: rows * groups, bits, zero: 'inside', scaleType: 'f32' })
}
