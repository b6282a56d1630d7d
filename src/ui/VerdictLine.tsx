// The verdict over the figures. Spoken when a block ends and at the end, not at every move.
import { useState } from 'react'
import { progress } from '../store/progress.ts'
import { invitation, verdict, type Verdict } from '../store/verdict.ts'
import { Sentence } from './Sentence.tsx'
import { useSession } from './session.ts'

export function VerdictLine({ layer }: { layer: string | undefined }) {
  const run = useSession((session) => session.run)
  const paused = useSession((session) => session.state === 'paused')
  const plan = useSession((session) => session.plan)
  const opened = useSession((session) => session.opened)
  const failed = useSession((session) => session.failure !== undefined)
  const { headline, detail } = run.plan
    ? verdict(run, layer)
    : invitation(opened?.model?.name, opened?.layers?.length ?? 0, plan)
  const { done } = progress(run)
  const blocks = Math.floor(done / Math.max(1, run.order.length / (run.model?.blocks ?? 1)))
  const moment = `${blocks} ${run.phase} ${paused}`
  return (
    <section className="verdict" aria-label="Verdict">
      <h1>
        <Sentence words={headline} />
      </h1>
      {/* What has been refused is not offered again. */}
      <p>{failed && !run.plan ? '' : detail}</p>
      <p className="visually-hidden" aria-live="polite">
        {done > 0 && <Spoken key={moment} text={`${plain(headline)} ${detail}`} />}
      </p>
    </section>
  )
}

const plain = (headline: Verdict['headline']) =>
  headline.map((word) => (typeof word === 'string' ? word : word.text)).join('')

/** Keeps the text it was first given: a new key speaks anew. */
function Spoken({ text }: { text: string }) {
  const [first] = useState(text)
  return <span>{first}</span>
}
