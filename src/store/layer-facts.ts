// What the room Layer says of one layer and recipe before its figures: a sentence, and the numbers of the run.
import { LEVEL, ratio, reference } from './compare.ts'
import type { LayerState, Run } from './run.ts'
import type { Word } from './verdict.ts'
import { count, percent, recipeTitle, significant } from './wording.ts'

/** 2.10 % */
const share = (value: number) => `${significant(100 * value, 3)}\u202f%`

const named = (recipe: string): Word => ({ recipe, text: recipeTitle(recipe) })

/** Undefined before the recipe has solved the layer. */
export function layerSentence(run: Run, state: LayerState, recipe: string): readonly Word[] | undefined {
  const own = state.results[recipe]
  if (!own) return undefined
  const other = reference(run.plan?.recipes ?? [])
  const head: Word[] = [named(recipe), ` leaves ${share(own.relative)} of this layer’s energy as error`]
  const against = other === undefined || other === recipe ? undefined : state.results[other]
  return against ? [...head, ', ', named(other!), ` ${share(against.relative)}.`] : [...head, '.']
}

export interface LayerFact {
  name: string
  value: string
  /** Beside the value, smaller. */
  of?: string
  /** In the recipe's colour. */
  loud?: boolean
}

export function layerNumbers(run: Run, state: LayerState, recipe: string): readonly LayerFact[] {
  const own = state.results[recipe]
  if (!own) return []
  const yardstick = reference(run.plan?.recipes ?? [])
  const versus = recipe === yardstick ? undefined : ratio(state, recipe, yardstick)
  const gap = versus === undefined ? undefined : versus - 1
  return [
    { name: 'relative loss', value: significant(own.relative, 4) },
    ...(gap === undefined || yardstick === undefined
      ? []
      : [
          {
            name:
              Math.abs(gap) <= LEVEL
                ? `against ${recipeTitle(yardstick)}`
                : `${gap < 0 ? 'lower' : 'higher'} than ${recipeTitle(yardstick)}`,
            value: Math.abs(gap) <= LEVEL ? 'level' : percent(Math.abs(gap)),
            loud: true,
          },
        ]),
    { name: 'moves', value: count(own.moves), of: `for ${count(own.rows * own.columns)} weights` },
    // Old recordings do not know them.
    ...(Number.isFinite(own.effectiveBits)
      ? [{ name: 'effective bits', value: significant(own.effectiveBits, 3) }]
      : []),
    ...(own.damping === null ? [] : [{ name: 'damping', value: String(own.damping) }]),
    ...(own.ms === undefined ? [] : [{ name: 'solved in', value: `${count(Math.round(own.ms))} ms` }]),
    ...(own.heldOut ? [{ name: 'held-out loss', value: significant(own.heldOut.relative, 4) }] : []),
  ]
}
