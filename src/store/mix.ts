// Bits of single layers as the page handles them: in the address one digit per layer in the model's order
// (`mix=3343…`), in words, and across changes of bits and models.
import { bitsOf, type Plan } from '../pipeline/plan.ts'
import type { LayerFacts } from '../pipeline/events.ts'
import { plural } from './wording.ts'
import { without } from './without.ts'

type Layers = readonly Pick<LayerFacts, 'layer'>[]

/** Bits of every layer, given in the model's order; those that have the plan's own bits are not noted. */
export function withMix(plan: Plan, layers: Layers, bits: readonly number[]): Plan {
  const own = layers.flatMap(({ layer }, i) => (bits[i] === plan.bits ? [] : [[layer, bits[i]] as const]))
  const uniform = without(plan, 'layerBits')
  return own.length ? { ...uniform, layerBits: Object.fromEntries(own) } : uniform
}

/** One digit per layer; undefined where all have the plan's bits. */
export function mixText(plan: Plan, layers: Layers): string | undefined {
  const bits = layers.map(({ layer }) => bitsOf(plan, layer))
  return bits.some((own) => own !== plan.bits) ? bits.join('') : undefined
}

/** 'mixed bits (2 to 4)' or '3 bits' */
export function bitsWords(plan: Plan): string {
  if (!isMixed(plan)) return `${plan.bits} bits`
  const all = new Set([plan.bits, ...Object.values(plan.layerBits ?? {})])
  return `mixed bits (${[...all].sort((a, b) => a - b).join(', ')})`
}

export function isMixed({ bits, layerBits = {} }: Pick<Plan, 'bits' | 'layerBits'>): boolean {
  return Object.values(layerBits).some((own) => own !== bits)
}

/** A change of the bits is one of all layers. */
export function changedPlan(plan: Plan, change: Partial<Plan>): Plan {
  const changed = { ...plan, ...change }
  return 'bits' in change && !('layerBits' in change) ? without(changed, 'layerBits') : changed
}

/**
 * The plan for a model that has just been opened: with the mix that the link asked for, without one that was made for
 * other layers. What was not possible is named.
 */
export function planFor(plan: Plan, layers: Layers, asked?: string): { plan: Plan; problems: string[] } {
  if (asked !== undefined) {
    if (asked.length === layers.length) return { plan: withMix(plan, layers, [...asked].map(Number)), problems: [] }
    const fact = `it has ${plural(asked.length, 'digit')}, the model has ${plural(layers.length, 'layer')}`
    return { plan, problems: [`The link asks for mix=${asked}; ${fact}. Kept ${plan.bits} bits for all.`] }
  }
  const known = new Set(layers.map(({ layer }) => layer))
  const strange = Object.keys(plan.layerBits ?? {}).filter((layer) => !known.has(layer)).length
  if (!strange) return { plan, problems: [] }
  const fact = `The mix of bits names ${plural(strange, 'layer')} that this model does not have.`
  return { plan: without(plan, 'layerBits'), problems: [`${fact} Kept ${plan.bits} bits for all.`] }
}
