// What the plan needs of this device: single buffers, memory at the peak against what the user allows, and time.
import type { Estimate } from '../../pipeline/estimate.ts'
import { aboutDuration } from '../../store/estimate-words.ts'
import { bytes } from '../../store/wording.ts'
import type { Advice } from '../../worker/answers/advice.ts'
import { NumberField } from '../NumberField.tsx'
import { LimitBars, MemoryBar } from '../ReportBars.tsx'
import { Stack } from './Stack.tsx'

const GB = 1e9

interface Props {
  advice: Advice
  budgetBytes: number | undefined
  allow(budgetBytes: number | undefined): void
  /** There are matrices without a model. */
  bare: boolean
}

export function Needs({ advice, budgetBytes, allow, bare }: Props) {
  const { fit, limitBytes, deviceMemoryBytes: known } = advice
  const { peakBytes, buffers } = fit.memory
  return (
    <>
      <LimitBars buffers={buffers} limit={limitBytes} />
      <section className="figure" aria-label="Memory at the peak">
        <MemoryBar memory={fit.memory} one={bare ? 'matrix' : 'block'} />
        <div className="memory-budget">
          <NumberField
            label="Allow at most, in GB"
            placeholder="no limit"
            real
            value={budgetBytes === undefined ? undefined : budgetBytes / GB}
            min={0.001}
            max={10_000}
            onCommit={(allowed) => allow(Math.round(allowed * GB))}
          />
          {budgetBytes !== undefined && (
            <button type="button" className="btn" onClick={() => allow(undefined)}>
              No limit
            </button>
          )}
          <p className="reason">
            Browsers do not tell how much memory a GPU has.
            {known !== undefined &&
              ` This one says that the computer has ${bytes(known)}, which is rounded and capped` +
                (peakBytes > known ? '; the plan needs more than that.' : '.')}
          </p>
        </div>
      </section>
    </>
  )
}

interface TimeProps extends Pick<Props, 'bare'> {
  estimate: Estimate | undefined
  /** The device is being timed. */
  measuring: boolean
}

export function TimeBar({ estimate, measuring, bare }: TimeProps) {
  if (!estimate && !measuring) return null
  return (
    <section className="figure" aria-label="Time" aria-busy={measuring}>
      <header>
        <div>
          <h2>Time {estimate && <span className="quiet">about {aboutDuration(estimate.totalMs)}</span>}</h2>
          <p className="caption">
            {estimate
              ? `From kernels and recipes timed on this device; ${aboutDuration(estimate.rangeMs[0])} to ` +
                `${aboutDuration(estimate.rangeMs[1])} where nothing else keeps it busy.`
              : 'This device is being timed, about two seconds.'}
          </p>
        </div>
      </header>
      {estimate && (
        <Stack
          parts={(
            [
              [bare ? 'Hessians of inputs' : 'Calibrating', estimate.calibratingMs],
              ['Solving', estimate.solvingMs],
              ['Evaluating', estimate.evaluatingMs],
            ] as const
          )
            .filter(([, ms]) => ms > 0)
            .map(([label, ms]) => ({ label, size: ms, text: aboutDuration(ms) }))}
        />
      )}
    </section>
  )
}
