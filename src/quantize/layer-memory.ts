// The buffers of one layer's solution by recipes, without them: what row-parts.ts holds, in its order, in bytes.
import { Holding, type Account } from '../gpu/account.ts'
import { tileHeight } from '../gpu/row-tiles.ts'
import { packedWords } from '../kernels/pack-codes.ts'
import { together } from './grid-memory.ts'
import { named, optionValues, type OptionTable } from './options.ts'
import { CODES, PartMemory, type ProblemMemory } from './part-memory.ts'
import { inOnePart, oneScale, partRows } from './part-rows.ts'
import { groupsOf } from './problem.ts'
import type { Recipe, StageChoice } from './recipes.ts'
import { defaultsFor, type SolverOptions } from './solve.ts'
import type { SolveDevice } from './step-memory.ts'
import { TRANSFORMED, TransformMemory } from './transform-memory.ts'
import { identity } from './transforms/identity.ts'
import { transforms } from './transforms/index.ts'

interface TransformedMemory {
  parts: LayerMemory
  transform: TransformMemory
}

/** Holds what the recipes of a layer share until it is disposed of. */
export class LayerMemory implements Disposable {
  private readonly own: Holding
  private readonly parts: readonly PartMemory[]
  private readonly transformed = new Map<string, TransformedMemory>()

  constructor(
    private readonly account: Account,
    private readonly device: SolveDevice,
    private readonly problem: ProblemMemory,
    private readonly options: SolverOptions,
    /** The energies are measured at once. */
    measured = true,
  ) {
    const own = (this.own = new Holding(account))
    const { rows } = problem
    const height = partRows(device.adapter, problem, options.settings)
    this.parts = Array.from({ length: Math.ceil(rows / height) }, (_, i) =>
      own.own(new PartMemory(account, device, { ...problem, rows: Math.min(height, rows - i * height) }, options)),
    )
    if (measured) for (const part of this.parts) part.energies()
  }

  /** What a recipe holds while it runs. */
  solve(recipe: Recipe): void {
    const { account, device, parts, problem, options } = this
    if (recipe.transform.name !== identity.name) {
      const { inside } = this.transformOf(recipe.transform)
      if (parts.length > 1 || !inOnePart(device.adapter, inside, options.settings)) return this.solveTransformed(recipe)
    }
    if (parts.length > 1 && oneScale(recipe, options))
      together(
        account,
        problem.rows,
        parts.map((part) => part.prepare(recipe)),
      )
    const runs = new Set(parts.map((part) => part.solve(recipe)))
    while (runs.size) for (const run of runs) if (run.next().done) runs.delete(run)
  }

  /** In another basis, in parts of its rows there; then back. */
  private solveTransformed(recipe: Recipe): void {
    const { account, device, problem, options } = this
    const { parts, transform } = this.transform(recipe.transform)
    parts.solve({ ...recipe, transform: { name: identity.name } })
    const { rows, columns } = transform.inside
    const { bits, group } = options.settings
    using own = new Holding(account)
    own.hold(CODES, 4 * rows * columns, 'dequantized weights')
    {
      using codes = new Holding(account)
      const words = packedWords(columns, bits) + 2 * groupsOf(columns, group).groups
      codes.hold(CODES, 4 * tileHeight(device.adapter, rows, columns) * words)
    }
    own.own(transform.backInTiles())
    own.hold(TRANSFORMED, 4 * this.parts[0].rows * problem.columns)
  }

  private transformOf(choice: StageChoice): TransformMemory {
    const { account, device, problem, options } = this
    const stage = named('transform', transforms, choice.name)
    const values = optionValues<OptionTable>(stage.options, { ...defaultsFor(stage, options), ...choice.options })
    return new TransformMemory(account, device, choice.name, values, problem)
  }

  private transform(choice: StageChoice): TransformedMemory {
    const { account, device, problem, options, own } = this
    const key = JSON.stringify(choice)
    const known = this.transformed.get(key)
    if (known) return known
    const transform = this.transformOf(choice)
    transform.choose(
      this.parts.map(({ rows }) => rows),
      options.settings.group,
    )
    const { rows, columns } = transform.inside
    using across = new Holding(account)
    across.own(transform.thereInTiles())
    const hessian = own.own(transform.hessian())
    if (problem.shift) across.own(transform.thereInTiles())
    // Every part has rows of its own.
    own.hold(TRANSFORMED, 4 * rows * columns, "W'")
    if (problem.shift) own.hold(TRANSFORMED, 4 * rows * columns, "S'")
    const inside = { rows, columns, hessian, shift: problem.shift, heldOut: false }
    const parts = own.own(new LayerMemory(account, device, inside, options, false))
    const made = { parts, transform }
    this.transformed.set(key, made)
    return made
  }

  [Symbol.dispose]() {
    this.own[Symbol.dispose]()
  }
}
