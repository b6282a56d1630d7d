// What the bit budget spends: the measured choices of every layer, out of kept records of one recipe and group size.
import type { LayerFacts } from '../pipeline/events.ts'
import type { LayerChoices, Mix } from './budget.ts'
import type { RunRecord } from './records.ts'

/** Widths that the budget asks for. */
export const WIDTHS = [2, 3, 4, 8] as const

export interface BudgetSource {
  recipe: string
  group: number
}

/**
 * One entry per layer, in the order of the layers; undefined where a layer has no choice yet. A layer's loss does not
 * depend on the bits of the others in quick mode, so that records of mixes count as well, layer by layer.
 * @param records those that can be compared
 */
export function layerChoices(
  records: readonly RunRecord[],
  layers: readonly Pick<LayerFacts, 'layer' | 'rows' | 'columns'>[],
  { recipe, group }: BudgetSource,
): readonly LayerChoices[] | undefined {
  const own = records.filter((record) => record.recipe === recipe && record.group === group)
  const all = layers.map(({ layer, rows, columns }): LayerChoices => {
    const weights = rows * columns
    const choices = new Map<number, LayerChoices['choices'][number]>()
    for (const record of own)
      for (const { layer: name, bits, effectiveBits, relative } of record.layers)
        if (name === layer && !choices.has(bits))
          choices.set(bits, { bits, cost: effectiveBits * weights, loss: relative })
    return { layer, weights, choices: [...choices.values()].sort((a, b) => a.bits - b.bits) }
  })
  return all.length && all.every(({ choices }) => choices.length) ? all : undefined
}

/** Widths that are still to be measured, so that every layer has all of them. */
export function widthsToMeasure(layers: readonly LayerChoices[] | undefined): readonly number[] {
  return WIDTHS.filter((width) => !layers?.every(({ choices }) => choices.some(({ bits }) => bits === width)))
}

/** Weights of all layers. */
export function weightsOf(layers: readonly LayerChoices[]): number {
  return layers.reduce((sum, { weights }) => sum + weights, 0)
}

export interface MixNumbers {
  /** Bits per weight, with scales, zeros and what transforms store. */
  effectiveBits: number
  /** Arithmetic mean of the layers' relative losses. */
  meanLoss: number
  /** Of the quantized layers. */
  bytes: number
}

export function mixNumbers(mix: Mix, layers: readonly LayerChoices[]): MixNumbers {
  return {
    effectiveBits: mix.cost / weightsOf(layers),
    meanLoss: mix.loss / layers.length,
    bytes: Math.ceil(mix.cost / 8),
  }
}
