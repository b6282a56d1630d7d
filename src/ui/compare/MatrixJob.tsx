// What stands under the matrix: run what is missing, how far that is, stop; what is kept where, and forgetting it.
import { type ReactNode, useState } from 'react'
import type { Job } from '../../store/matrix-job.ts'
import { type Cell, evaluated } from '../../store/matrix.ts'
import { duration, plural } from '../../store/wording.ts'
import { Icon } from '../icons.tsx'
import { usePlayground, useSession } from '../session.ts'
import { type Results, useBook, useMatrix } from './results.ts'

export function MatrixJob({ missing, picker }: { missing: readonly Cell[]; picker: ReactNode }) {
  const { matrix } = usePlayground()
  const job = useMatrix((state) => state.job)
  const perplexity = useMatrix((state) => state.perplexity || evaluated(state.measure))
  const needed = useMatrix((state) => evaluated(state.measure))
  const windows = useSession((session) => session.plan.windows)
  const running = useSession((session) => session.state === 'running')
  const going = job !== undefined && job.waiting.length > 0
  return (
    <>
      <div className="job">
        {going ? (
          <button type="button" className="btn" onClick={() => matrix.stop()}>
            <Icon name="stop" />
            Stop
          </button>
        ) : (
          <button
            type="button"
            className="btn primary"
            disabled={!missing.length}
            onClick={() => void matrix.run(missing)}
          >
            <Icon name="run" />
            {missing.length ? `Run all ${missing.length} missing` : 'Every cell is there'}
          </button>
        )}
        {picker}
        <label className="check" title={windows ? undefined : 'The plan has 0 evaluation windows'}>
          <input
            type="checkbox"
            checked={perplexity && windows > 0}
            disabled={needed || windows === 0}
            onChange={({ target }) => matrix.store.setState({ perplexity: target.checked })}
          />
          with perplexity
        </label>
      </div>
      {job && <JobLine job={job} beside={running} />}
    </>
  )
}

function JobLine({ job, beside }: { job: Job; beside: boolean }) {
  const { total, done, waiting, now, ms, problem } = job
  const going = waiting.length > 0
  const part = now && now.of ? (now.recipes * now.done) / now.of : 0
  const share = total ? Math.min(1, (done + (going ? Math.min(part, waiting.length) : 0)) / total) : 0
  const cells = `${done} of ${plural(total, 'cell')}`
  return (
    <div className="job-line">
      {going && (
        <div
          className="job-bar"
          role="progressbar"
          aria-label="Cells"
          aria-valuemin={0}
          aria-valuemax={total}
          aria-valuenow={done}
          aria-valuetext={cells}
        >
          <i style={{ width: `${(share * 100).toFixed(1)}%` }} />
        </div>
      )}
      <p>
        <b role="status" className="job-cells">
          {cells}
        </b>
        {going && now && <span>{` · ${doing(now, beside)}`}</span>}
        {!going && !problem && done < total && ' · stopped'}
        {` · ${duration(ms, true)}`}
      </p>
      {problem && (
        <p className="note error" role="alert">
          {problem}
        </p>
      )}
    </div>
  )
}

function doing({ bits, recipes, phase, done, of }: NonNullable<Job['now']>, beside: boolean): string {
  const what = `${bits} bits, ${plural(recipes, 'recipe')}`
  if (phase === 'waiting') return `${what}: ${beside ? 'waits for the run on Play' : 'begins'}`
  if (phase === 'calibrating') return `${what}: calibrating`
  return `${what}: ${phase === 'evaluating' ? 'evaluating, ' : ''}step ${Math.min(done + 1, of)} of ${of}`
}

/** How much is kept, where, and the way to forget it. */
export function KeptLine({ results: { records, all, scope } }: { results: Results }) {
  const { records: book } = usePlayground()
  const kept = useBook((state) => state.kept)
  const problem = useBook((state) => state.problem)
  const [asking, setAsking] = useState(false)
  if (!all.length && !problem) return null
  const others = all.length - records.length
  return (
    <div className="kept">
      {all.length > 0 && (
        <p className="note">
          {plural(all.length, 'result')} of this model {all.length === 1 ? 'is' : 'are'} kept
          {kept === 'browser' ? ' in this browser' : ' until this tab is closed'}
          {others > 0 && `, ${others} of them with other texts or settings`}.{' '}
          {asking ? (
            <span role="group" aria-label="Forget results">
              Forget them?{' '}
              <button
                type="button"
                className="btn small"
                onClick={() => {
                  if (scope) book.clear(scope.fingerprint)
                  setAsking(false)
                }}
              >
                Forget
              </button>{' '}
              <button type="button" className="btn small" autoFocus onClick={() => setAsking(false)}>
                Keep
              </button>
            </span>
          ) : (
            <button type="button" className="btn small" onClick={() => setAsking(true)}>
              Clear
            </button>
          )}
        </p>
      )}
      {problem && (
        <p className="note warn">
          <Icon name="warn" /> {problem}
        </p>
      )}
    </div>
  )
}
