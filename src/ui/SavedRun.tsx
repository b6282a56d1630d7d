// A saved run on the screen: that it is one, from which file, and the way back; or why a file could not be read.
import { bitsWords } from '../store/mix.ts'
import { groupWords, plural } from '../store/wording.ts'
import { FactLine } from './FactLine.tsx'
import { Strip } from './Strip.tsx'
import { usePlayground, useSession } from './session.ts'

export function SavedRun() {
  const playground = usePlayground()
  const unread = useSession((session) => session.unread)
  const file = useSession((session) => session.recording?.saved)
  const run = useSession((session) => (session.recording?.saved === undefined ? undefined : session.run))
  const { plan, model, adapter, order = [] } = run ?? {}
  return (
    <div className="strips saved">
      {unread !== undefined && (
        <Strip
          tone="error"
          title="The saved run could not be opened."
          actions={
            <button type="button" className="btn" onClick={() => playground.viewing.dismiss()}>
              Dismiss
            </button>
          }
        >
          What was on the screen stays.
          <FactLine text={unread} />
        </Strip>
      )}
      {file !== undefined && (
        <Strip
          tone="neutral"
          title={
            <>
              <span className="badge">A saved run</span> {file}.
            </>
          }
          actions={
            <button type="button" className="btn" onClick={() => playground.viewing.leave()}>
              Back to the live page
            </button>
          }
        >
          {plan && `${model?.name ?? 'model'}, ${plural(order.length, 'layer')}, ${bitsWords(plan)}, `}
          {plan && `${groupWords(plan.group)}; computed on ${adapter?.name ?? 'another machine'}. `}
          It holds losses, descents and Hessian health, not the weights, and it cannot be changed.
        </Strip>
      )}
    </div>
  )
}
