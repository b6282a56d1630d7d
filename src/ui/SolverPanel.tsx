// What solvers are given: whose Hessians, how they are damped and clipped, column order, seed.
import { useId } from 'react'
import type { Plan } from '../pipeline/plan.ts'
import { NumberField } from './NumberField.tsx'
import { Segments } from './Segments.tsx'
import { usePlayground, useSession } from './session.ts'

/** What differs from the usual, in a few words; for the button that opens the panel. */
export function solverWords({ damp, order, eigenClip, eigenThreshold, mode, correction }: Plan): string {
  const words = [
    ...(mode === 'faithful' ? ['faithful'] : []),
    ...(correction > 0 ? [`correction ${correction}`] : []),
    ...(order === 'activation' ? ['activation order'] : []),
    ...(eigenClip > 0 || eigenThreshold > 0 ? ['clipped'] : []),
  ]
  return [`damping ${damp}`, ...words].join(', ')
}

export function SolverPanel({ id }: { id: string }) {
  const playground = usePlayground()
  const plan = useSession((session) => session.plan)
  const order = useId()
  const change = (part: Partial<Plan>) => playground.change(part)
  return (
    <div className="panel" id={id}>
      <div className="plan-row">
        <Segments
          label="Hessians"
          segments={[
            { value: 'quick', label: 'quick' },
            { value: 'faithful', label: 'faithful' },
          ]}
          value={plan.mode}
          onChange={(mode) => change({ mode, ...(mode === 'quick' && { correction: 0 }) })}
        />
        {plan.mode === 'faithful' && (
          <NumberField
            label="Correction of earlier errors"
            value={plan.correction}
            min={0}
            max={1}
            real
            onCommit={(correction) => change({ correction })}
          />
        )}
        <NumberField label="Damping" value={plan.damp} min={1e-6} max={1} real onCommit={(damp) => change({ damp })} />
        <div className="field">
          <label className="label" htmlFor={order}>
            Column order
          </label>
          <select
            id={order}
            className="select"
            value={plan.order}
            onChange={({ target }) => change({ order: target.value === 'activation' ? 'activation' : 'natural' })}
          >
            <option value="natural">natural</option>
            <option value="activation">activation</option>
          </select>
        </div>
        <NumberField
          label="Clip eigenvalues, fraction"
          value={plan.eigenClip}
          min={0}
          max={0.5}
          real
          onCommit={(eigenClip) => change({ eigenClip })}
        />
        <NumberField
          label="… above × mean diagonal"
          value={plan.eigenThreshold}
          min={0}
          max={1e6}
          real
          onCommit={(eigenThreshold) => change({ eigenThreshold })}
        />
        <NumberField label="Seed" value={plan.seed} min={0} max={2 ** 32 - 1} onCommit={(seed) => change({ seed })} />
      </div>
      <p className="reason">
        {plan.mode === 'quick'
          ? 'Quick: one calibration of the unquantized model, the same Hessians for every recipe. '
          : 'Faithful: every recipe sees the inputs its own quantized blocks produce, as GPTQ and QuantEase do; losses of different recipes then rest on different Hessians. '}
        Damping and clipping change what solvers see; every loss shown is on the Hessian itself.
      </p>
    </div>
  )
}
