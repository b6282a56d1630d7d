// The budget of this page: it stays while other rooms are looked at.
import type { Playground } from '../../../store/playground.ts'
import { BudgetDesk } from '../../../store/budget-desk.ts'

const desks = new WeakMap<Playground, BudgetDesk>()

export function deskOf(playground: Playground): BudgetDesk {
  let desk = desks.get(playground)
  if (!desk) desks.set(playground, (desk = new BudgetDesk(playground.questions, playground.records)))
  return desk
}
