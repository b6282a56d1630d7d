// Every lesson, one line each, in order.
import { grid } from './01-grid.tsx'
import { twoWeights } from './02-two-weights.tsx'
import { gptqLesson } from './03-gptq.tsx'
import { descent } from './04-descent.tsx'
import { orders } from './05-orders.tsx'
import { damping } from './06-damping.tsx'
import { groups } from './07-groups.tsx'
import { calibration } from './08-calibration.tsx'
import { layers } from './09-layers.tsx'
import type { Lesson } from './lesson.ts'

export const lessons: readonly Lesson[] = [
  grid,
  twoWeights,
  gptqLesson,
  descent,
  orders,
  damping,
  groups,
  calibration,
  layers,
]
