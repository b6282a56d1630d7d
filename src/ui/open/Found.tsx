// What was found in a checkpoint and what it needs, beside the choices that start it.
import type { ReactNode } from 'react'
import { plural } from '../../store/wording.ts'
import type { OpenReport } from '../../worker/protocol.ts'
import { CheckList } from '../CheckList.tsx'
import { useSession } from '../session.ts'
import { Choices } from './Choices.tsx'
import { FitStrip } from './FitStrip.tsx'
import { Folders } from './Folders.tsx'
import { Matrices } from './Matrices.tsx'
import { Needs, TimeBar } from './Needs.tsx'
import { useEstimate, type PlanAnswer } from './plan-answer.ts'
import { PlanChecks } from './PlanChecks.tsx'

interface Props {
  report: OpenReport
  opening: boolean
  /** What is to be known of the plan. */
  asked: PlanAnswer<'advice'>
  budget: { bytes: number | undefined; allow(bytes: number | undefined): void }
  /** What stands beside it: the drop zone for the next one. */
  children: ReactNode
}

export function Found({ report, opening, asked, budget, children }: Props) {
  // While it is read, and after a refusal, what runs is another model.
  const open = useSession((session) => session.opened === report && report.model !== undefined)
  const only = useSession((session) => session.only)
  const ready = open && !opening
  const bare = report.bare !== undefined
  const chosen = bare && only && new Set(only)
  const layers = (report.layers ?? []).filter(({ layer }) => !chosen || chosen.has(layer))
  const advice = ready ? asked.answer : undefined
  const timing = useEstimate(ready)
  const estimate = ready ? timing.answer?.estimate : undefined
  const checks = [...report.checks, ...(advice?.checks ?? [])]
  const settled = checks.filter(({ status }) => status === 'ok' || status === 'skipped').length
  const pending = report.checks.filter(({ status }) => status === 'pending').length
  return (
    <div className="cols">
      <section className="figure span-7" aria-label="What is in it">
        <header>
          <div>
            <h2>What is in it</h2>
            <p className="caption">
              {settled} of {plural(checks.length, 'check')} without remark
              {pending > 0 && `, ${pending} still to come`}.
            </p>
          </div>
        </header>
        <CheckList checks={report.checks} />
        {report.bare && !opening && report.model && <Matrices report={report} />}
        {report.folders && !opening && <Folders folders={report.folders} />}
        {advice && (
          <>
            <h3 className="checks-title">With this plan</h3>
            <PlanChecks checks={advice.checks} />
            <FitStrip fit={advice.fit} />
          </>
        )}
        {ready && <Choices layers={layers} bare={bare} advice={advice} estimate={estimate} />}
      </section>
      <div className="span-5 stacked">
        {advice && <Needs advice={advice} budgetBytes={budget.bytes} allow={budget.allow} bare={bare} />}
        {ready && <TimeBar estimate={estimate} measuring={timing.waiting} bare={bare} />}
        {children}
      </div>
    </div>
  )
}
