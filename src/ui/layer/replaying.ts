// The replay of a descent: asked for by itself where that is little work and no run is under way, else when the reader
// wants it.
import { useCallback, useState } from 'react'
import type { LayerState } from '../../store/run.ts'
import { count, plural, recipeTitle } from '../../store/wording.ts'
import type { ReplayAnswer } from '../../worker/layer-questions.ts'
import { useSession } from '../session.ts'
import { useAnswer } from './answer.ts'

export interface Replaying {
  replay?: ReplayAnswer
  /** How it stands, or why there is none. */
  words: string
  /** Asks for it; absent where that has been done or cannot be. */
  want?: () => void
}

/** A layer of more weights is replayed only when asked for. */
const AT_ONCE = 2 ** 20

/** `without`: why no weights of a moment can be had. */
export function useReplay(state: LayerState | undefined, recipe: string, without: string | undefined): Replaying {
  const running = useSession((session) => session.state === 'running')
  const [wanted, setWanted] = useState('')
  const layer = state?.facts.layer ?? ''
  const key = `${layer} ${recipe}`
  const want = useCallback(() => setWanted(key), [key])
  const result = state?.results[recipe]
  const descends = (state?.curves[recipe]?.length ?? 0) > 1
  const possible = without === undefined && descends && result !== undefined
  const small = state !== undefined && state.facts.rows * state.facts.columns <= AT_ONCE
  const ask = possible && (wanted === key || (small && !running))
  const { answer, asked, problem, part } = useAnswer('layer-replay', ask ? { layer, recipe } : undefined, result)
  const name = recipeTitle(recipe)
  if (without !== undefined) return { words: without }
  if (!result) return { words: `${name} has not solved this layer yet.` }
  if (!descends) return { words: `${name} does not descend: there is nothing to go back through.` }
  if (!ask)
    return {
      words: running ? 'It can be replayed when the run ends or pauses.' : 'To go back in it, it is replayed.',
      want,
    }
  if (problem !== undefined) return { words: `No replay: ${problem}.` }
  const replay = asked?.layer === layer && asked.recipe === recipe ? answer : undefined
  if (!replay) {
    const far = part ? `: ${count(part.moves)} of ${plural(result.moves, 'move')}` : ''
    return { words: running ? 'It is replayed when the run ends or pauses.' : `Replaying the descent${far} …` }
  }
  const { moments, thinned, differing } = replay
  const notes = [
    `${plural(moments.length, 'moment')} of a replay on the kept Hessian`,
    ...(thinned ? ['thinned: neighbours were made one'] : []),
  ]
  const elsewhere = `Rounding took it elsewhere than the run in ${plural(differing, 'weight')}; the last moment is the run’s.`
  return { replay, words: `${notes.join(', ')}.${differing > 0 ? ` ${elsewhere}` : ''}` }
}
