// Group size, calibration windows, Start.
import type { Estimate } from '../../pipeline/estimate.ts'
import type { LayerFacts } from '../../pipeline/events.ts'
import { aboutDuration } from '../../store/estimate-words.ts'
import { bitsWords } from '../../store/mix.ts'
import { count, matrixCount, plural, recipeShort } from '../../store/wording.ts'
import type { Advice } from '../../worker/answers/advice.ts'
import { Icon } from '../icons.tsx'
import { SamplesField } from '../SamplesField.tsx'
import { usePlayground, useSession } from '../session.ts'
import { GroupChoice } from './GroupChoice.tsx'

interface Props {
  /** Those to be solved. */
  layers: readonly LayerFacts[]
  /** They are matrices without a model. */
  bare: boolean
  /** What stands in the way of the plan, once it is known. */
  advice: Advice | undefined
  estimate: Estimate | undefined
}

export function Choices({ layers, bare, advice, estimate }: Props) {
  const playground = usePlayground()
  const plan = useSession((session) => session.plan)
  const gpu = useSession((session) => session.unavailable === undefined && session.recording === undefined)
  const tokens = plan.samples * plan.window
  const refused =
    advice !== undefined &&
    (advice.checks.some(({ status }) => status === 'error') || advice.fit.misfits.some(({ of }) => of !== 'budget'))
  return (
    <>
      <div className="choices">
        <GroupChoice layers={layers} />
        {!bare && (
          <div>
            <SamplesField />
            <p className="reason">
              {count(tokens)} tokens, {count(plan.window)} in a window.
            </p>
          </div>
        )}
      </div>
      <div className="start">
        <button
          type="button"
          className="btn primary"
          disabled={!gpu || refused || !layers.length}
          onClick={() => playground.run()}
        >
          <Icon name="run" />
          Start
        </button>
        <p>
          {gpu ? (
            <>
              {estimate && (
                <>
                  <b>About {aboutDuration(estimate.totalMs)}</b> on this device:{' '}
                </>
              )}
              <b>{bitsWords(plan)}</b>, {plan.recipes.map(recipeShort).join(', ')} on{' '}
              {bare ? matrixCount(layers.length) : plural(layers.length, 'layer')}.
              {refused && ' A run would refuse this plan; the lines above say why.'}
            </>
          ) : (
            'This needs WebGPU, which this browser does not offer.'
          )}
        </p>
      </div>
    </>
  )
}
