// The group size of the plan, with what it means for these layers.
import { exportNote } from '../../store/notes.ts'
import type { LayerFacts } from '../../pipeline/events.ts'
import { Segments } from '../Segments.tsx'
import { usePlayground, useSession } from '../session.ts'

const USUAL = [32, 64, 128]

export function GroupChoice({ layers }: { layers: readonly LayerFacts[] }) {
  const playground = usePlayground()
  const plan = useSession((session) => session.plan)
  const narrowest = Math.min(...layers.map(({ columns }) => columns))
  const sizes = plan.group > 0 && !USUAL.includes(plan.group) ? [...USUAL, plan.group].sort((a, b) => a - b) : USUAL
  const groups = sizes.map((value) => ({
    value: String(value),
    label: String(value),
    ...(value > narrowest ? { reason: `${value} is larger than a row of ${narrowest} columns` } : {}),
  }))
  return (
    <div>
      <Segments
        label="Group size"
        segments={[...groups, { value: '0', label: 'row' }]}
        value={String(plan.group)}
        onChange={(value) => playground.change({ group: Number(value) })}
      />
      <p className="reason">
        {exportNote(plan, layers) ??
          (plan.group ? `${plan.group} columns share a scale; every row divides.` : 'One scale per row.')}
      </p>
    </div>
  )
}
