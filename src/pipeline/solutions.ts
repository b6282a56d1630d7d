// What the recipes of a run have made of its layers so far.
import type { Gpu } from '../gpu/gpu.ts'
import type { Substitute } from '../model/model.ts'
import { dequantizeSolution, type Solution } from '../quantize/solution.ts'
import type { LayerResult } from './events.ts'

export class Solutions {
  /** In the order they were solved. */
  readonly results: LayerResult[] = []
  /** By recipe and layer. */
  private readonly solved = new Map<string, Map<string, Solution>>()

  /** `whole`: false where nobody wants more than the results, so that codes go with their layer. */
  constructor(private readonly whole = true) {}

  add(result: LayerResult, solution: Solution): void {
    this.results.push(result)
    if (!this.whole) return
    const layers = this.solved.get(result.recipe) ?? new Map<string, Solution>()
    this.solved.set(result.recipe, layers.set(result.layer, solution))
  }

  /** Undefined where that recipe has not solved that layer. */
  get(recipe: string, layer: string): Solution | undefined {
    return this.solved.get(recipe)?.get(layer)
  }

  /** A recipe's weights for the layers it has solved, the model's own for all others. */
  substitute(gpu: Gpu, recipe: string): Substitute {
    const layers = this.solved.get(recipe)
    return (layer) => {
      const solution = layers?.get(layer.layer)
      return solution && dequantizeSolution(gpu, solution, layer)
    }
  }
}
