// Why a checkpoint cannot run: every error of its check list in one strip.
import type { OpenReport } from '../../worker/protocol.ts'
import { FactLine } from '../FactLine.tsx'
import { Strip } from '../Strip.tsx'

export function Refusal({ report }: { report: OpenReport }) {
  const errors = report.checks.filter(({ status }) => status === 'error')
  if (!errors.length) return null
  return (
    <Strip
      tone="error"
      icon="cross"
      title={
        errors.length === 1 ? `${errors[0].subject} stands in the way.` : `${errors.length} things stand in the way.`
      }
    >
      Nothing was loaded; what is open and solved so far stays. Mend what the{' '}
      {errors.length === 1 ? 'line names' : 'lines name'}, or choose other files.
      {errors.map(({ subject, fact }) => (
        <FactLine key={subject + fact} text={fact.startsWith(subject) ? fact : `${subject}: ${fact}`} />
      ))}
    </Strip>
  )
}
