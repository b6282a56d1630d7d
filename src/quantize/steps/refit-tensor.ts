// The refit of a layer with one scale and one zero: two unknowns, or one, and so worked out here.
import { roundToHalf } from '../../math/half.ts'
import { storedScale } from '../../kernels/range-levels.ts'

export interface TensorLevel {
  scale: number
  zero: number
}

/** As in refit-solve.wgsl. */
const DEPENDENT = 1e-5
const SMALLEST = 1e-3
const NOISE = 1e-6

/**
 * The best scale, as it will be stored, and the best zero beside it. `system`: with offsets [cc, cs, b_c, ss, b_s],
 * else [ss, b_s]: entries of AᵀHA and AᵀG summed over all rows, c the offset, s the change of the scale.
 */
export function tensorChange(
  system: Float64Array,
  old: TensorLevel,
  { offsets, scaleType }: { offsets: boolean; scaleType: 'f16' | 'f32' },
): TensorLevel & { changed: boolean } {
  const [cc, cs, bc, ss, bs] = offsets ? system : [0, 0, 0, ...system]
  const perOffset = cc > 0 ? 1 / cc : 0
  const left = ss - cs * cs * perOffset
  const slope = bs - cs * bc * perOffset
  const wanted = left > DEPENDENT * ss ? old.scale - slope / left : old.scale
  const scale = wanted !== old.scale && wanted > SMALLEST * old.scale ? storedScale(wanted, scaleType) : old.scale
  const delta = scale - old.scale
  if (!offsets) {
    const changed = delta * (2 * bs + delta * ss) < (-NOISE * bs * bs) / ss
    return changed ? { scale, zero: old.zero, changed } : { ...old, changed }
  }
  const low = -(bc + cs * delta) * perOffset - scale * old.zero
  const zero = Math.fround(-(scaleType === 'f16' ? roundToHalf(low) : low) / scale)
  const offset = scale * (old.zero - zero)
  const rise = 2 * (bc * offset + bs * delta) + cc * offset ** 2 + 2 * cs * offset * delta + ss * delta ** 2
  const most = bc * bc * perOffset + (left > DEPENDENT * ss ? (slope * slope) / left : 0)
  const changed = rise < -NOISE * most
  return changed ? { scale, zero, changed } : { ...old, changed }
}
