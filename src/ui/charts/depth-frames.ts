// The two frames of the depth chart, and words for what lies outside of the lower one.
import { isPlainRounding } from '../../store/compare.ts'
import type { DepthRow } from '../../store/curves.ts'
import { recipeShort, significant } from '../../store/wording.ts'
import { linearFrame, logFrame } from './scales.ts'

/** The lower frame never grows beyond these ratios. */
const LIMITS = [0.4, 1.6] as const

export interface Frame {
  low: number
  high: number
  ticks: number[]
}

export interface DepthFrames {
  loss: Frame
  ratio: Frame
  /** Recipes that lie outside of the lower frame everywhere. */
  outside: readonly string[]
  title: string
  /** What is not inside, in words. */
  remark: string
}

export function depthFrames(rows: readonly DepthRow[], recipes: readonly string[], yardstick: string): DepthFrames {
  const losses = rows.flatMap(({ loss }) => Object.values(loss)).filter((value) => value > 0)
  const loss = losses.length ? logFrame(Math.min(...losses), Math.max(...losses)) : logFrame(0.01, 0.05)
  const ratiosOf = (recipe: string) => rows.flatMap(({ ratio }) => ratio[recipe] ?? [])
  const compared = recipes.filter((recipe) => recipe !== yardstick)
  // Plain rounding is far off as a rule: the frame is laid around the others.
  const central = compared.filter((recipe) => !isPlainRounding(recipe)).flatMap(ratiosOf)
  const inside = (central.length ? central : compared.flatMap(ratiosOf)).map((value) =>
    Math.min(LIMITS[1], Math.max(LIMITS[0], value)),
  )
  const ratio = linearFrame(Math.min(0.95, ...inside), Math.max(1.05, ...inside), 5)
  const remarks: string[] = []
  const outside: string[] = []
  for (const recipe of compared) {
    const values = ratiosOf(recipe)
    const out = values.filter((value) => value > ratio.high || value < ratio.low)
    if (!out.length) continue
    const [low, high] = [Math.min(...out), Math.max(...out)].map((value) => significant(value, 3))
    const side = out[0] > ratio.high ? 'above' : 'below'
    if (out.length === values.length) {
      outside.push(recipe)
      remarks.push(`${recipeShort(recipe)} lies ${side} this frame, ${low === high ? low : `${low} to ${high}`}`)
    } else remarks.push(`${recipeShort(recipe)} leaves it in ${out.length} of ${values.length}, up to ${high}`)
  }
  return { loss, ratio, outside, title: `÷ ${recipeShort(yardstick)}`, remark: remarks.join('; ') }
}
