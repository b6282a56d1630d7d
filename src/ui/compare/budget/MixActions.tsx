// What can be done with a mix: run it to verify the prediction, take it into the plan, free all pins.
import { type ReactNode, useState } from 'react'
import { useStore } from 'zustand'
import { mixKey, type Verification } from '../../../store/budget-desk.ts'
import { verificationWords } from '../../../store/budget-words.ts'
import { withMix } from '../../../store/mix.ts'
import { plural, recipeTitle } from '../../../store/wording.ts'
import type { LayerFacts } from '../../../pipeline/events.ts'
import { usePlayground, useSession } from '../../session.ts'
import { deskOf } from './desk.ts'

interface Props {
  recipe: string
  layers: readonly LayerFacts[]
  /** One per layer. */
  bits: readonly number[]
  predicted: number
  pinned: number
  /** What stands before the buttons. */
  children: ReactNode
}

export function MixActions({ recipe, layers, bits, predicted, pinned, children }: Props) {
  const playground = usePlayground()
  const desk = deskOf(playground)
  const plan = useSession((session) => session.plan)
  const { verification } = useStore(desk.store)
  const [perplexity, setPerplexity] = useState(false)
  const own = verification?.key === mixKey({ plan, recipe, bits }) ? verification : undefined
  const locked = useSession((session) => session.view.lock.includes('bits'))
  const working = verification?.state === 'working'
  const use = () => {
    playground.change({ layerBits: withMix(plan, layers, bits).layerBits ?? {} })
    playground.go('play')
    if (!playground.store.getState().run.plan) playground.run()
  }
  return (
    <div className="budget-actions" data-not-in-picture>
      {children}
      {working ? (
        <button type="button" className="btn" onClick={() => desk.stop()}>
          Stop
        </button>
      ) : (
        <button
          type="button"
          className="btn primary"
          onClick={() => void desk.verify({ plan, recipe, layers, bits, predicted, perplexity }, playground.texts)}
        >
          Verify this mix
        </button>
      )}
      {plan.windows > 0 && (
        <label className="budget-check">
          <input type="checkbox" checked={perplexity} onChange={({ target }) => setPerplexity(target.checked)} />
          with perplexity
        </label>
      )}
      <button type="button" className="btn" disabled={locked} onClick={use}>
        Use this mix
      </button>
      {pinned > 0 && (
        <button type="button" className="btn" onClick={() => desk.unpinAll()}>
          Free {plural(pinned, 'pin')}
        </button>
      )}
      <p role="status" className="budget-status">
        {own ? verificationText(own, recipe) : working ? 'Another mix is being verified.' : ''}
      </p>
    </div>
  )
}

function verificationText(verification: Verification, recipe: string): string {
  const { state, layers, evaluating, problem } = verification
  const words = verificationWords(verification)
  if (state === 'refused') return `${words} The run ended: ${problem}.`.trim()
  if (state === 'stopped') return words || `Stopped after ${layers.done} of ${plural(layers.of, 'layer')}.`
  if (state === 'done') return words
  return evaluating === undefined
    ? `Running the mix with ${recipeTitle(recipe)}: ${layers.done} of ${plural(layers.of, 'layer')}.`
    : `${words} Evaluating.`
}
