// The health of a layer's Hessian in words and in the heights of a small picture.
import type { HessianHealth } from '../quantize/health.ts'
import { count, list, plural, significant } from './wording.ts'

export interface HealthWords {
  /** Short facts, in the order they are shown. */
  facts: string[]
  /** What is wrong, if anything. */
  worries: string[]
}

/** Fewer tokens per column than this leave the Hessian's small directions to chance. */
const FEW = 4

export function healthWords(health: HessianHealth, tokensPerColumn: number): HealthWords {
  const { condition, damping, deadColumns, columns, eigenvalues, meanDiagonal } = health
  const used = damping[damping.length - 1]
  const share = meanDiagonal > 0 ? (eigenvalues[0] ?? 0) / (meanDiagonal * columns) : 0
  const facts = [
    `condition ${count(Number(condition.toPrecision(2)))}`,
    `damping ${used}`,
    `${significant(tokensPerColumn, 2)} tokens per column`,
    `largest eigenvalue ${significant(100 * share, 2)}\u202f% of all`,
  ]
  const worries = [
    ...(damping.length > 1
      ? [`H was not positive definite: damping ${list(damping.map(String))} tried, the last one worked.`]
      : []),
    ...(deadColumns ? [`${plural(deadColumns, 'column')} of ${count(columns)} never saw an input.`] : []),
    ...(tokensPerColumn < FEW ? [`Fewer than ${FEW} tokens per column: held-out losses may be far higher.`] : []),
  ]
  return { facts, worries }
}

/** Heights 0 … 1 of the leading eigenvalues on a log axis from damping · mean diag H, where the steps no longer see. */
export function eigenvalueHeights({ eigenvalues, damping, meanDiagonal }: HessianHealth): number[] {
  const floor = Math.max(damping[damping.length - 1] * meanDiagonal, Number.MIN_VALUE)
  const span = Math.log(Math.max(eigenvalues[0] ?? 0, floor) / floor)
  return eigenvalues.map((value) => (span > 0 ? Math.max(0, Math.log(Math.max(value, floor) / floor) / span) : 0))
}
