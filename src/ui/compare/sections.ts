// The sections of the room Compare below matrix and chart, one line each, in the order of the page. They are fetched
// when the room is entered.
import { lazy, type ComponentType } from 'react'

const BitBudget = lazy(async () => ({ default: (await import('./budget/BitBudget.tsx')).BitBudget }))
const Write = lazy(async () => ({ default: (await import('./write/Write.tsx')).Write }))
const Samples = lazy(async () => ({ default: (await import('./samples/Samples.tsx')).Samples }))

export const sections: readonly { name: string; Section: ComponentType }[] = [
  { name: 'budget', Section: BitBudget },
  { name: 'write', Section: Write },
  { name: 'samples', Section: Samples },
]
