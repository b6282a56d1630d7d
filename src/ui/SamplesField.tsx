// How many windows a run calibrates on.
import { NumberField } from './NumberField.tsx'
import { usePlayground, useSession } from './session.ts'

export function SamplesField() {
  const playground = usePlayground()
  const samples = useSession((session) => session.plan.samples)
  return (
    <NumberField
      label="Calibration windows"
      value={samples}
      min={1}
      max={100_000}
      onCommit={(samples) => playground.change({ samples })}
    />
  )
}
