// What was found in a checkpoint and what it needs, beside the choices that start it.
import type { ReactNode } from 'react'
import { plural } from '../../store/wording.ts'
import type { OpenReport } from '../../worker/protocol.ts'
import { CheckList } from '../CheckList.tsx'
import { LimitBars, MemoryBar } from '../ReportBars.tsx'
import { Choices } from './Choices.tsx'
import { Folders } from './Folders.tsx'
import { Matrices } from './Matrices.tsx'

interface Props {
  report: OpenReport
  opening: boolean
  /** What stands beside it: the drop zone for the next one. */
  children: ReactNode
}

export function Found({ report, opening, children }: Props) {
  const settled = report.checks.filter(({ status }) => status === 'ok' || status === 'skipped').length
  return (
    <div className="cols">
      <section className="figure span-7" aria-label="What is in it">
        <header>
          <div>
            <h2>What is in it</h2>
            <p className="caption">
              {settled} of {plural(report.checks.length, 'check')} without remark.
            </p>
          </div>
        </header>
        <CheckList checks={report.checks} />
        {report.bare && !opening && report.model && <Matrices report={report} />}
        {report.folders && !opening && <Folders folders={report.folders} />}
        {report.model && !report.bare && !opening && <Choices report={report} />}
      </section>
      <div className="span-5 stacked">
        <LimitBars report={report} />
        <MemoryBar report={report} />
        {children}
      </div>
    </div>
  )
}
