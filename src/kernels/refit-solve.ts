// Scales and offsets of every row by least squares in the H metric, from its normal equations (the refit of scales and
// zeros for fixed codes). Rounding happens inside the back substitution, so that what is still to be solved for makes up
// for it, as GPTQ does with codes.
import code from '../../shaders/refit-solve.wgsl?raw'
import place from '../../shaders/shared/normal.wgsl?raw'
import scale from '../../shaders/shared/scale.wgsl?raw'
import { spread, type Batch, type Binding } from '../gpu/batch.ts'
import { defineKernel } from '../gpu/kernel.ts'
import { roundToHalf } from '../math/half.ts'
import { storedScale } from './range-levels.ts'
import { entriesOf, unknownsOf, type NormalShape } from './refit-normal.ts'
import { rows as rowShapes, type RowShape } from './rows.ts'
import { shapeOf } from './shape.ts'

export const kernel = defineKernel({
  name: 'refit-solve',
  code: code + place + scale,
  bindings: {
    normal: 'read_write',
    old_scales: 'read',
    old_zeros: 'read',
    scales: 'read_write',
    zeros: 'read_write',
    changed: 'read_write',
  },
  params: {
    rows: 'u32',
    groups: 'u32',
    first: 'u32',
    offsets: 'u32',
    half_precision: 'u32',
    entry_stride: 'u32',
    row_stride: 'u32',
  },
})

/** Rows of a workgroup where each invocation has its own. */
const THREAD_ROWS = 16

export interface NormalLayout {
  shape: RowShape
  entryStride: number
  rowStride: number
  words: number
}

/** How the systems of so many rows lie in memory, so that neighbouring invocations read neighbouring words. */
export function normalLayout(
  batch: Batch,
  rows: number,
  size: Pick<NormalShape, 'groups' | 'offsets'>,
  shape: RowShape = shapeOf<RowShape>(batch.gpu, rowShapes),
): NormalLayout {
  const entries = entriesOf(size)
  if (shape === 'workgroup') return { shape, entryStride: 1, rowStride: entries, words: rows * entries }
  // Invocations without a row work on a place of their own.
  const room = THREAD_ROWS * Math.ceil(rows / THREAD_ROWS)
  return { shape, entryStride: room, rowStride: 1, words: room * entries }
}

export interface RefitSolve extends Pick<NormalShape, 'rows' | 'groups' | 'offsets'> {
  /** Place of the first row among all. */
  first: number
  scaleType: 'f16' | 'f32'
}

/**
 * Records new scales and zeros f32 [all rows, groups] of rows first … first + rows − 1, and changed u32 [all rows]: 0
 * where a row kept its levels because nothing better was found. Overwrites `normal` (see refit-normal.ts).
 */
export function refitSolve(
  batch: Batch,
  bindings: {
    normal: Binding
    old_scales: Binding
    old_zeros: Binding
    scales: Binding
    zeros: Binding
    changed: Binding
  },
  { rows, groups, offsets, first, scaleType }: RefitSolve,
  { shape, entryStride, rowStride }: NormalLayout,
): void {
  const unknowns = unknownsOf({ groups, offsets })
  const [lanes, together] = shape === 'thread' ? [1, THREAD_ROWS] : [64, 1]
  batch.run(kernel, {
    bindings,
    params: {
      rows,
      groups,
      first,
      offsets: Number(offsets),
      half_precision: Number(scaleType === 'f16'),
      entry_stride: entryStride,
      row_stride: rowStride,
    },
    workgroups: spread(Math.ceil(rows / together)),
    overrides: { LANES: lanes, ROWS: together },
    work: (rows * (unknowns + 2) ** 3) / 3,
  })
}

export interface RowLevels {
  scales: Float64Array
  zeros: Float64Array
  changed: boolean
}

/** Part of its own square that must be left of an unknown for it to be told from those before it. */
const DEPENDENT = 1e-5
/** Part of a scale that must be left of it. */
const SMALLEST = 1e-3

/**
 * New levels of one row in float64. N [unknowns, unknowns], b [unknowns]. From the last unknown to the first: solves for
 * it and all before it, those behind it being settled, and settles it as it will be stored.
 */
export function reference(
  N: ArrayLike<number>,
  b: ArrayLike<number>,
  { scales, zeros }: { scales: ArrayLike<number>; zeros: ArrayLike<number> },
  { offsets, scaleType }: Pick<RefitSolve, 'offsets' | 'scaleType'>,
): RowLevels {
  const unknowns = b.length
  const per = offsets ? 2 : 1
  const found: RowLevels = { scales: Float64Array.from(scales), zeros: Float64Array.from(zeros), changed: false }
  const delta = new Float64Array(unknowns)
  for (let k = unknowns - 1; k >= 0; k--) {
    const g = Math.floor(k / per)
    const best = lastOf(N, b, delta, k)
    if (k % per === per - 1) {
      const wanted = scales[g] + best
      if (best !== 0 && wanted > SMALLEST * scales[g]) found.scales[g] = storedScale(wanted, scaleType)
      delta[k] = found.scales[g] - scales[g]
    } else {
      const low = best - found.scales[g] * zeros[g]
      const stored = scaleType === 'f16' ? roundToHalf(low) : low
      delta[k] = stored + found.scales[g] * zeros[g]
      found.zeros[g] = -stored / found.scales[g]
    }
  }
  let rise = 0
  for (let k = 0; k < unknowns; k++) {
    rise += 2 * b[k] * delta[k]
    for (let l = 0; l < unknowns; l++) rise += delta[k] * N[k * unknowns + l] * delta[l]
  }
  if (rise < 0) return { ...found, changed: true }
  return { scales: Float64Array.from(scales), zeros: Float64Array.from(zeros), changed: false }
}

/** The best δ[k] where δ[0 … k] are free and the others given, by elimination from the first on; 0 if it depends. */
function lastOf(N: ArrayLike<number>, b: ArrayLike<number>, delta: Float64Array, k: number): number {
  const unknowns = b.length
  const rows = Array.from({ length: k + 1 }, (_, i) => {
    const own = Array.from({ length: k + 1 }, (_, j) => N[i * unknowns + j])
    let side = -b[i]
    for (let j = k + 1; j < unknowns; j++) side -= N[i * unknowns + j] * delta[j]
    return [...own, side]
  })
  const sound = (i: number) => rows[i][i] > DEPENDENT * N[i * (unknowns + 1)]
  for (let i = 0; i < k; i++)
    if (sound(i))
      for (let r = i + 1; r <= k; r++) {
        const factor = rows[r][i] / rows[i][i]
        for (let c = i; c <= k + 1; c++) rows[r][c] -= factor * rows[i][c]
      }
  return sound(k) ? rows[k][k + 1] / rows[k][k] : 0
}
