// Which kinds of layer lose most: the run's losses by module and the layer that is worst, for one recipe.
import type { LayerFacts } from '../../pipeline/events.ts'
import type { Run } from '../../store/run.ts'

export interface ModuleLoss {
  module: string
  layers: number
  /** Geometric mean of the relative losses. */
  relative: number
}

/** Highest first. Only layers that the recipe has solved. */
export function moduleLosses(run: Run, recipe: string): readonly ModuleLoss[] {
  const logs = new Map<string, number[]>()
  for (const layer of run.order) {
    const { facts, results } = run.layers[layer]
    const relative = results[recipe]?.relative
    if (relative) logs.set(facts.module, [...(logs.get(facts.module) ?? []), Math.log(relative)])
  }
  return [...logs]
    .map(([module, all]) => ({
      module,
      layers: all.length,
      relative: Math.exp(all.reduce((sum, log) => sum + log, 0) / all.length),
    }))
    .sort((a, b) => b.relative - a.relative)
}

/** The layer with the largest relative loss. */
export function worstLayer(run: Run, recipe: string): { facts: LayerFacts; relative: number } | undefined {
  const solved = run.order.flatMap((layer) => {
    const { facts, results } = run.layers[layer]
    return results[recipe] ? [{ facts, relative: results[recipe].relative }] : []
  })
  return solved.length ? solved.reduce((a, b) => (b.relative > a.relative ? b : a)) : undefined
}
