// Group size, calibration windows, Start.
import { bitsWords } from '../../store/mix.ts'
import { exportNote } from '../../store/notes.ts'
import { count, plural, recipeShort } from '../../store/wording.ts'
import type { OpenReport } from '../../worker/protocol.ts'
import { Icon } from '../icons.tsx'
import { NumberField } from '../NumberField.tsx'
import { Segments } from '../Segments.tsx'
import { usePlayground, useSession } from '../session.ts'

export function Choices({ report }: { report: OpenReport }) {
  const playground = usePlayground()
  const plan = useSession((session) => session.plan)
  const gpu = useSession((session) => session.unavailable === undefined && session.recording === undefined)
  const layers = report.layers ?? []
  const columns = layers.map((layer) => layer.columns)
  const narrowest = Math.min(...columns)
  const widest = Math.max(...columns)
  const tokens = plan.samples * plan.window
  const advised = Math.ceil((4 * widest) / plan.window)
  const note = exportNote(plan, layers)
  const groups = [32, 64, 128].map((value) => ({
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
            {count(tokens)} tokens are {(tokens / widest).toFixed(1)} per column of the widest layer
            {tokens < 4 * widest ? `; 4 are advised, which takes ${plural(advised, 'window')}.` : '; 4 are advised.'}
          </p>
        </div>
      </div>
      <div className="start">
        <button type="button" className="btn primary" disabled={!gpu} onClick={() => playground.run()}>
          <Icon name="run" />
          Start
        </button>
        <p>
          {gpu ? (
            <>
              <b>{bitsWords(plan)}</b>, {plan.recipes.map(recipeShort).join(', ')} on {plural(layers.length, 'layer')}.
            </>
          ) : (
            'This needs WebGPU, which this browser does not offer.'
          )}
        </p>
      </div>
    </>
  )
}
