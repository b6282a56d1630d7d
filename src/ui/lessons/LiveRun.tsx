// The page's own run inside a lesson: its controls, and what it says.
import type { ReactNode } from 'react'
import { PerplexityBars } from '../PerplexityBars.tsx'
import { RunBar } from '../RunBar.tsx'
import { Failure } from '../RunStrips.tsx'
import { useSession } from '../session.ts'

/** Controls above, the figure below. On a recording the controls are the player's. */
export function LiveRun({ children }: { children: ReactNode }) {
  return (
    <div className="lesson-live">
      <RunBar />
      <Failure />
      {children}
    </div>
  )
}

/** The perplexities of the run, with the words that belong to a recording. */
export function LivePerplexity({ recorded }: { recorded: string }) {
  const recording = useSession((session) => session.recording !== undefined)
  return (
    <>
      {recording && <p className="caption lesson-note">{recorded}</p>}
      <PerplexityBars />
    </>
  )
}
