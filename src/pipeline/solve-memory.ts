// The buffers of solving what was captured, without them: what solve-block.ts holds, in its order, in bytes.
import { Holding, type Account } from '../gpu/account.ts'
import type { LayerFacts } from '../model/facts.ts'
import { HessianMemory } from '../quantize/hessian-memory.ts'
import { LayerMemory } from '../quantize/layer-memory.ts'
import { recipeNamed } from '../quantize/recipes.ts'
import type { SolveDevice } from '../quantize/step-memory.ts'
import { bitsOf, solverOptions, type Plan } from './plan.ts'

const LAYER = 'Weights of the layer being solved'

/** Hessians of one input, until it is solved. */
export interface CapturedMemory {
  layers: readonly Pick<LayerFacts, 'layer' | 'rows'>[]
  columns: number
  matrix: Disposable
  heldOut?: Disposable | undefined
  drift?: Disposable | undefined
  /** H = I, whose health nobody asks for. */
  identity?: boolean
}

/** Solves them by the recipes, and lets go of the matrices. */
export function solveMemory(
  account: Account,
  device: SolveDevice,
  plan: Plan,
  captured: readonly CapturedMemory[],
  recipes = plan.recipes,
): void {
  for (const { layers, columns, matrix, heldOut, drift, identity = false } of captured) {
    using hessian = new HessianMemory(account, matrix, columns)
    using held = heldOut && new HessianMemory(account, heldOut, columns)
    const titles = recipes.map((name) => recipeNamed(name).title)
    for (const [i, { layer, rows }] of layers.entries()) {
      if (titles.length) account.begin(`Solve by ${titles[0]}`)
      using weights = new Holding(account)
      const hold = (what: string) =>
        weights.hold(
          LAYER,
          4 * rows * columns,
          `${what} of ${layer}, ${rows.toLocaleString('en-US')} × ${columns.toLocaleString('en-US')}`,
        )
      hold('weights')
      if (drift) {
        const [zero, whole] = [hold('zeros'), hold('correction')]
        hold('correction')
        for (const one of [zero, whole]) one[Symbol.dispose]()
      }
      const problem = { rows, columns, hessian, shift: drift !== undefined, heldOut: held !== undefined }
      const solver = new LayerMemory(account, device, problem, solverOptions(plan, bitsOf(plan, layer)))
      for (const [place, name] of recipes.entries()) {
        account.begin(`Solve by ${titles[place]}`)
        solver.solve(recipeNamed(name))
      }
      solver[Symbol.dispose]()
      if (!identity && i === layers.length - 1) account.begin('Condition of H')
    }
    if (!identity) hessian.health(plan.damp)
  }
  for (const { matrix, heldOut, drift } of captured) for (const one of [matrix, heldOut, drift]) one?.[Symbol.dispose]()
}
