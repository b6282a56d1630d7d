// Where the numbers of a downloaded figure come from, in one line.
import type { Run } from './run.ts'
import { count, groupWords } from './wording.ts'

/** 'tiny-tales-1m · 3 bits, one group per row · 4,096 calibration tokens · CDQuant Playground' */
export function sourceNote({ model, plan, calibration }: Run): string {
  const parts = [
    model?.name,
    plan && `${plan.bits} bits, ${groupWords(plan.group)}`,
    calibration && `${count(calibration.tokens)} calibration tokens`,
    'CDQuant Playground',
  ]
  return parts.filter(Boolean).join(' · ')
}
