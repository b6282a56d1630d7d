// The page's own run inside a lesson: its controls, and what it says. A recording cannot run another plan: where a step
// asks for one, recorded results stand in its place and say so.
import type { ReactNode } from 'react'
import { PerplexityBars } from '../PerplexityBars.tsx'
import { RunBar } from '../RunBar.tsx'
import { Failure } from '../RunStrips.tsx'
import { useSession } from '../session.ts'

/** Controls above, the figure below. */
export function LiveRun({ children }: { children: ReactNode }) {
  return (
    <div className="lesson-live">
      <RunBar />
      <Failure />
      {children}
    </div>
  )
}

/** The perplexities of the run under the step's plan; on a recording `recorded`. */
export function PlannedRun({ children, recorded }: { children?: ReactNode; recorded: ReactNode }) {
  if (useRecorded()) return recorded
  return (
    <LiveRun>
      {children}
      <PerplexityBars />
    </LiveRun>
  )
}

/** True where nothing can be run. */
export const useRecorded = () => useSession((session) => session.recording !== undefined)

/** What a step would do, where it cannot. */
export const CannotRun = () => <>This needs WebGPU, so here are recorded results instead. </>
