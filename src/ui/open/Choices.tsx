// Group size, calibration windows, Start.
import type { Estimate } from '../../pipeline/estimate.ts'
import { aboutDuration } from '../../store/estimate-words.ts'
import { bitsWords } from '../../store/mix.ts'
import { exportNote } from '../../store/notes.ts'
import { count, plural, recipeShort } from '../../store/wording.ts'
import type { Advice } from '../../worker/answers/advice.ts'
import type { OpenReport } from '../../worker/protocol.ts'
import { Icon } from '../icons.tsx'
import { NumberField } from '../NumberField.tsx'
import { Segments } from '../Segments.tsx'
import { usePlayground, useSession } from '../session.ts'

interface Props {
  report: OpenReport
  /** What stands in the way of the plan, once it is known. */
  advice: Advice | undefined
  estimate: Estimate | undefined
}

export function Choices({ report, advice, estimate }: Props) {
  const playground = usePlayground()
  const plan = useSession((session) => session.plan)
  const gpu = useSession((session) => session.unavailable === undefined && session.recording === undefined)
  const layers = report.layers ?? []
  const columns = layers.map((layer) => layer.columns)
  const narrowest = Math.min(...columns)
  const tokens = plan.samples * plan.window
  const refused =
    advice !== undefined &&
    (advice.checks.some(({ status }) => status === 'error') || advice.fit.misfits.some(({ of }) => of !== 'budget'))
  const note = exportNote(plan, layers)
  const sizes = [32, 64, 128, ...(plan.group > 0 && ![32, 64, 128].includes(plan.group) ? [plan.group] : [])]
  const groups = sizes
    .sort((a, b) => a - b)
    .map((value) => ({
      value: String(value),
      label: String(value),
      ...(value > narrowest ? { reason: `${value} is larger than a row of ${narrowest} columns` } : {}),
    }))
  return (
    <>
      <div className="choices">
        <div>
          <Segments
            label="Group size"
            segments={[...groups, { value: '0', label: 'row' }]}
            value={String(plan.group)}
            onChange={(value) => playground.change({ group: Number(value) })}
          />
          <p className="reason">
            {note ?? (plan.group ? `${plan.group} columns share a scale; every row divides.` : 'One scale per row.')}
          </p>
        </div>
        <div>
          <NumberField
            label="Calibration windows"
            value={plan.samples}
            min={1}
            max={100_000}
            onCommit={(samples) => playground.change({ samples })}
          />
          <p className="reason">
            {count(tokens)} tokens, {count(plan.window)} in a window.
          </p>
        </div>
      </div>
      <div className="start">
        <button type="button" className="btn primary" disabled={!gpu || refused} onClick={() => playground.run()}>
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
              <b>{bitsWords(plan)}</b>, {plan.recipes.map(recipeShort).join(', ')} on {plural(layers.length, 'layer')}.
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
