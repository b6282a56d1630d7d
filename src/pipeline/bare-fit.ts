// Does a plan fit this device on matrices without a model? Each is looked at by itself, as they are solved one after
// another. What fits instead: without the largest matrices, then also with fewer recipes.
import type { BareLayer } from '../formats/bare.ts'
import type { BareJob } from './bare-layers.ts'
import { bareMemory, needOf } from './bare-memory.ts'
import { changeOf, changeWords, misfits, nearest, recipesKnob, type Fit, type Limits, type Misfit } from './fit.ts'
import type { MemoryPlan } from './memory.ts'
import type { Plan } from './plan.ts'

type Asked = Pick<BareJob, 'plan' | 'matrices'>

const count = (value: number) => value.toLocaleString('en-US')

/** As of a model; `smaller` may name the matrices that are left. */
export function bareFitOf(asked: Asked, limits: Limits): Fit {
  const memoryOf = (one: Asked) => bareMemory(one, limits.device)
  const memory = memoryOf(asked)
  const alone = aloneOn(limits)
  const misfitsOf = (one: Asked) => largestMisfit(one, alone, limits)
  const found = misfitsOf(asked)
  if (!found.length) return { memory, misfits: found }
  const peak = (one: BareLayer) => alone(one, asked.plan).peakBytes
  const bySize = [...asked.matrices].sort((a, b) => peak(a) - peak(b))
  const recipes = recipesKnob(asked.plan)
  const smaller = nearest((one) => !misfitsOf(one).length, asked, [
    { steps: bySize.length, at: (one, step) => ({ ...one, matrices: bySize.slice(0, step + 1) }) },
    { steps: recipes.steps, at: (one, step) => ({ ...one, plan: recipes.at(one.plan, step) }) },
  ])
  if (!smaller) return { memory, misfits: found }
  const left = new Set(smaller.matrices)
  const words = [leftOutWords(asked.matrices, left), changeWords(asked.plan, smaller.plan)]
  return {
    memory,
    misfits: found,
    smaller: {
      words: words.filter(Boolean).join(', '),
      change: changeOf(asked.plan, smaller.plan),
      ...(left.size < asked.matrices.length && {
        only: asked.matrices.filter((one) => left.has(one)).map(({ layer }) => layer),
      }),
      peakBytes: memoryOf(smaller).peakBytes,
    },
  }
}

/** '3 of 4 matrices (without head)' */
function leftOutWords(all: readonly BareLayer[], left: ReadonlySet<BareLayer>): string {
  const [first, ...more] = all.filter((one) => !left.has(one))
  if (!first) return ''
  const others = more.length ? ` and ${count(more.length)} more` : ''
  return `${count(left.size)} of ${count(all.length)} matrices (without ${first.layer}${others})`
}

/** The largest matrix that does not fit, and how many others do not. */
function largestMisfit({ plan, matrices }: Asked, alone: ReturnType<typeof aloneOn>, limits: Limits): Misfit[] {
  const found = matrices.flatMap((one) => {
    const memory = alone(one, plan)
    const [first] = misfits({ layers: [one] }, memory, limits)
    return first ? [{ ...first, peakBytes: memory.peakBytes, layer: one.layer }] : []
  })
  if (!found.length) return []
  const { of, fact, layer } = found.reduce((a, b) => (b.peakBytes > a.peakBytes ? b : a))
  const others =
    found.length > 1 ? ` (and ${count(found.length - 1)} more ${found.length > 2 ? 'do' : 'does'} not fit)` : ''
  // Whatever is wrong with one matrix, a plan without it helps. What no plan helps has its name in it.
  return [of === 'model' ? { of: 'plan', fact: fact + others } : { of, fact: `matrix ${layer}: ${fact}${others}` }]
}

/** Memory of single matrices; those of one shape have the same. */
function aloneOn({ device }: Limits): (one: BareLayer, plan: Plan) => MemoryPlan {
  const known = new Map<string, MemoryPlan>()
  return (one, plan) => {
    const key = `${plan.recipes.join()} ${needOf(one, plan)}`
    const memory = known.get(key) ?? bareMemory({ plan, matrices: [one] }, device)
    known.set(key, memory)
    return memory
  }
}
