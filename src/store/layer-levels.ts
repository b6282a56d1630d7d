// One group on its number line: which weights moved away from their nearest level, what that cost, and what another clip
// range would cost with every weight on its nearest level. Errors: Σ (ŵ − w)², and Σ H_jj (ŵ − w)².
import { reference as rangeLevels, type ZeroKind } from '../kernels/range-levels.ts'
import { nearestCode } from '../math/round.ts'
import type { GroupAnswer, GroupSolved } from '../worker/layer-questions.ts'

type SolvedGrid = NonNullable<GroupSolved['grid']>

export interface GroupErrors {
  squared: number
  /** Absent where H is not known. */
  weighted?: number
}

export interface GroupView {
  levels: Float32Array
  scale: number
  zero: number
  /** One per weight, in the order of its columns. */
  dots: readonly Dot[]
  moved: number
  errors: GroupErrors
  /** The same with every weight on its nearest of these levels. */
  nearest: GroupErrors
}

export interface Dot {
  column: number
  weight: number
  code: number
  nearest: number
}

/** Index of the level nearest to a number, of levels that ascend; the lower one of two that are as near. */
export function nearestLevel(levels: ArrayLike<number>, value: number): number {
  let best = 0
  for (let c = 1; c < levels.length; c++) if (Math.abs(levels[c] - value) < Math.abs(levels[best] - value)) best = c
  return best
}

/** Undefined where the recipe's codes live in another basis, or are not there. */
export function groupView({ from, weights, diagonal, solved }: GroupAnswer): GroupView | undefined {
  if (!solved?.grid) return undefined
  const { codes, levels, scale, zero } = solved.grid
  const dots = Array.from(weights, (weight, i) => ({
    column: from + i,
    weight,
    code: codes[i],
    nearest: codeOf(solved.grid!, weight),
  }))
  return {
    levels,
    scale,
    zero,
    dots,
    moved: dots.filter(({ code, nearest }) => code !== nearest).length,
    errors: errorsOf(weights, diagonal, (_, i) => levels[codes[i]]),
    nearest: errorsOf(weights, diagonal, (_, i) => levels[dots[i].nearest]),
  }
}

/** As the step `nearest` rounds: the quotient in float32, half to even. */
const codeOf = ({ scale, zero, bits }: Pick<SolvedGrid, 'scale' | 'zero' | 'bits'>, weight: number) =>
  nearestCode(Math.fround(weight / scale), zero, 2 ** bits - 1)

function errorsOf(
  weights: Float32Array,
  diagonal: Float32Array | undefined,
  value: (weight: number, i: number) => number,
): GroupErrors {
  let squared = 0
  let weighted = 0
  weights.forEach((weight, i) => {
    const error = (value(weight, i) - weight) ** 2
    squared += error
    weighted += error * (diagonal?.[i] ?? 0)
  })
  return diagonal ? { squared, weighted } : { squared }
}

export interface ClipRange {
  low: number
  high: number
}

/** The range that the levels of a group span. */
export const rangeOfLevels = (levels: Float32Array): ClipRange => ({ low: levels[0], high: levels[levels.length - 1] })

/** Levels that span a range, and the errors of the group on them, every weight on its nearest. 0 stays inside. */
export function clipErrors(
  { weights, diagonal }: GroupAnswer,
  grid: { zeroKind: ZeroKind; scaleType: 'f16' | 'f32'; bits: number },
  { low, high }: ClipRange,
): { levels: Float32Array; errors: GroupErrors } {
  const { bits } = grid
  const span = [Math.max(0, -low), Math.max(0, high)].map(Math.fround)
  const { scales, zeros } = rangeLevels(span, { levels: 1, bits, zero: grid.zeroKind, scaleType: grid.scaleType })
  const [scale, zero] = [scales[0], zeros[0]]
  return {
    levels: Float32Array.from({ length: 2 ** bits }, (_, code) => scale * (code - zero)),
    errors: errorsOf(weights, diagonal, (weight) => scale * (codeOf({ scale, zero, bits }, weight) - zero)),
  }
}
