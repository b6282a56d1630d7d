// The buffers of one layer's solution by recipes, without them: what basis.ts and solve.ts hold, in their order, in bytes.
import { Holding, type Account } from '../gpu/account.ts'
import { packedWords } from '../kernels/pack-codes.ts'
import type { HessianMemory } from './hessian-memory.ts'
import { holdMeasure } from './measure-memory.ts'
import { named, optionValues, type OptionTable } from './options.ts'
import { groupsOf } from './problem.ts'
import type { Recipe, StageChoice } from './recipes.ts'
import { defaultsFor, type SolverOptions } from './solve.ts'
import { gridMemory, transformMemory, type TransformedMemory } from './stage-memory.ts'
import { stepMemory, type SolveDevice, type StepValues, type WorkMemory } from './step-memory.ts'
import { grids } from './grids/index.ts'
import { steps } from './steps/index.ts'
import { transforms } from './transforms/index.ts'

export const CODES = 'Codes'
const STARTS = 'Codes that recipes share'

/** Bytes of starts that are kept for one basis. */
const KEPT_BYTES = 2 ** 28

export interface ProblemMemory {
  rows: number
  columns: number
  hessian: HessianMemory
  shift: boolean
  heldOut: boolean
}

interface BasisMemory {
  transformed: TransformedMemory
  seen: HessianMemory
  hidden: boolean
  own: Holding
  /** Kept first steps by grid. */
  grids: Map<string, Set<string>>
  keptBytes: number
}

/** Holds what the recipes of a layer share until it is disposed of. */
export class LayerMemory implements Disposable {
  private readonly bases = new Map<string, BasisMemory>()
  private readonly own: Holding

  constructor(
    private readonly account: Account,
    private readonly device: SolveDevice,
    private readonly problem: ProblemMemory,
    private readonly options: SolverOptions,
  ) {
    this.own = new Holding(account)
    if (problem.heldOut) holdMeasure(this.own, problem)
    this.basis({ name: 'none' })
  }

  /** What a recipe holds while it runs. */
  solve(recipe: Recipe): void {
    const { account, device, options } = this
    const { group } = options.settings
    const basis = this.basis(recipe.transform)
    const { rows, columns } = basis.transformed
    const choice = recipe.grid ?? options.grid
    const starts = this.grid(basis, choice)
    using own = new Holding(account)
    const work: WorkMemory = {
      ...{ account, device, rows, columns, group, ...groupsOf(columns, group) },
      ...{ hessian: basis.seen, hidden: basis.hidden },
    }
    for (const [place, one] of recipe.steps.entries()) {
      const step = named('step', steps, one.name)
      const values = this.valuesOf(step, one)
      const key = JSON.stringify([one.name, values])
      if (place === 0 && starts.has(key)) continue
      const levels = stepMemory[one.name](work, values)
      if (levels) own.own(levels)
      else if (place === 0) this.keep(basis, starts, key)
    }
    this.finish(basis, own)
  }

  private finish({ transformed }: BasisMemory, own: Holding): void {
    const { rows, columns, restore } = transformed
    own.hold(CODES, 4 * rows * packedWords(columns, this.options.settings.bits))
    if (!restore) return
    own.hold(CODES, 4 * rows * columns, 'dequantized weights')
    own.own(restore())
  }

  private keep(basis: BasisMemory, starts: Set<string>, key: string): void {
    const { rows, columns } = basis.transformed
    const bytes = 8 * rows * columns
    if (basis.keptBytes + bytes > KEPT_BYTES) return
    basis.keptBytes += bytes
    starts.add(key)
    for (let i = 0; i < 2; i++) basis.own.hold(STARTS, bytes / 2)
  }

  private grid(basis: BasisMemory, { name, options }: StageChoice): Set<string> {
    const key = JSON.stringify([name, options])
    let starts = basis.grids.get(key)
    if (starts) return starts
    const values = optionValues(named('grid', grids, name).options, options)
    basis.own.own(gridMemory(this.account, name, values, basis.transformed, this.options.settings.group))
    basis.grids.set(key, (starts = new Set()))
    return starts
  }

  private basis(choice: StageChoice): BasisMemory {
    const { account, options, problem } = this
    const values = this.valuesOf(named('transform', transforms, choice.name), choice)
    const key = JSON.stringify([choice.name, values])
    let basis = this.bases.get(key)
    if (basis) return basis
    const own = this.own.own(new Holding(account))
    const transformed = own.own(transformMemory(account, choice.name, values, problem, options.settings.group))
    const { rows, columns, hessian } = transformed
    const seen = hessian.clipped(options.eigenClip)
    const hidden = seen !== hessian || problem.shift
    own.hold(CODES, 4 * rows * columns, `codes, ${rows.toLocaleString('en-US')} × ${columns.toLocaleString('en-US')}`)
    if (hidden) holdMeasure(own, { rows, columns })
    holdMeasure(own, { rows, columns, shift: problem.shift })
    basis = { transformed, seen, hidden, own, grids: new Map(), keptBytes: 0 }
    this.bases.set(key, basis)
    return basis
  }

  private valuesOf(stage: { options: OptionTable }, choice: StageChoice): StepValues {
    return optionValues(stage.options, { ...defaultsFor(stage, this.options), ...choice.options })
  }

  [Symbol.dispose]() {
    this.own[Symbol.dispose]()
  }
}
