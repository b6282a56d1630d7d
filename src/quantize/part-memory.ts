// The buffers of the solution of one part of a layer's rows by recipes, without them: what basis.ts and solve.ts hold, in
// their order, in bytes.
import { Holding, type Account } from '../gpu/account.ts'
import { packedWords } from '../kernels/pack-codes.ts'
import { drained, gridGroup, gridMemory, type LayerSize } from './grid-memory.ts'
import type { HessianMemory } from './hessian-memory.ts'
import { holdMeasure } from './measure-memory.ts'
import { named, optionValues, type OptionTable } from './options.ts'
import { groupsOf } from './problem.ts'
import type { Recipe, StageChoice } from './recipes.ts'
import { defaultsFor, type SolverOptions } from './solve.ts'
import { stepMemory, type SolveDevice, type StepValues, type WorkMemory } from './step-memory.ts'
import { TransformMemory } from './transform-memory.ts'
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

interface GridOfMemory {
  group: number
  /** First steps that are kept. */
  starts: Set<string>
}

interface BasisMemory extends LayerSize {
  /** Absent where the problem is the layer's own. */
  transform: TransformMemory | undefined
  seen: HessianMemory
  hidden: boolean
  own: Holding
  grids: Map<string, GridOfMemory>
  keptBytes: number
}

const identity: StageChoice = { name: 'none' }

/** Holds what the recipes of a part share until it is disposed of. */
export class PartMemory implements Disposable {
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
  }

  get rows(): number {
    return this.problem.rows
  }

  /** What measuring the energies leaves. */
  energies(): void {
    this.basis(identity)
  }

  /** Makes the grid of a recipe ahead of its solution; pauses where all rows pool their values. */
  *prepare(recipe: Recipe): Generator<number> {
    yield* this.grid(this.basis(recipe.transform), recipe.grid ?? this.options.grid)
  }

  /** What a recipe holds while it runs; pauses where it has something to show. */
  *solve(recipe: Recipe): Generator<void> {
    const { account, device, options } = this
    this.energies()
    const basis = this.basis(recipe.transform)
    const { rows, columns } = basis
    const choice = recipe.grid ?? options.grid
    const { starts, group } = drained(this.grid(basis, choice))
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
      const levels = yield* stepMemory[one.name](work, values)
      if (levels) own.own(levels)
      else if (place === 0) this.keep(basis, starts, key)
    }
    this.finish(basis, own)
  }

  private finish({ rows, columns, transform }: BasisMemory, own: Holding): void {
    own.hold(CODES, 4 * rows * packedWords(columns, this.options.settings.bits))
    if (!transform) return
    own.hold(CODES, 4 * rows * columns, 'dequantized weights')
    own.own(transform.back())
  }

  private keep(basis: BasisMemory, starts: Set<string>, key: string): void {
    const bytes = 8 * basis.rows * basis.columns
    if (basis.keptBytes + bytes > KEPT_BYTES) return
    basis.keptBytes += bytes
    starts.add(key)
    for (let i = 0; i < 2; i++) basis.own.hold(STARTS, bytes / 2)
  }

  private *grid(basis: BasisMemory, { name, options }: StageChoice): Generator<number, GridOfMemory> {
    const { account, device, options: all } = this
    const key = JSON.stringify([name, options])
    let made = basis.grids.get(key)
    if (made) return made
    const values = optionValues(named('grid', grids, name).options, options)
    const group = gridGroup(values, all.settings.group)
    basis.own.own(yield* gridMemory(account, device, name, values, basis, group))
    basis.grids.set(key, (made = { group, starts: new Set() }))
    return made
  }

  private basis(choice: StageChoice): BasisMemory {
    const { account, device, options, problem } = this
    const values = this.valuesOf(named('transform', transforms, choice.name), choice)
    const key = JSON.stringify([choice.name, values])
    let basis = this.bases.get(key)
    if (basis) return basis
    const own = this.own.own(new Holding(account))
    const transform =
      choice.name === identity.name ? undefined : new TransformMemory(account, device, choice.name, values, problem)
    const { rows, columns } = transform?.inside ?? problem
    let { hessian } = problem
    if (transform) {
      transform.choose([problem.rows], options.settings.group)
      own.own(transform.there("W'"))
      hessian = own.own(transform.hessian())
      if (problem.shift) own.own(transform.there("S'"))
    }
    const seen = hessian.clipped(options.eigenClip)
    const hidden = seen !== hessian || problem.shift
    own.hold(CODES, 4 * rows * columns, `codes, ${rows.toLocaleString('en-US')} × ${columns.toLocaleString('en-US')}`)
    if (hidden) holdMeasure(own, { rows, columns })
    holdMeasure(own, { rows, columns, shift: problem.shift })
    basis = { rows, columns, transform, seen, hidden, own, grids: new Map(), keptBytes: 0 }
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
