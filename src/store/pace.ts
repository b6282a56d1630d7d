// How fast a run works, without what is done once: the compilation before the first layer and the first windows. It
// outlives the run, so that the next one on the same model knows its time left from the start.
import type { TimedEvent } from '../pipeline/events.ts'
import type { Run } from './run.ts'

/** So much work took so long. */
export interface Rate {
  work: number
  ms: number
}

export interface Pace {
  /**
   * Times per window through one block, Hessians included; the newest last. Their median is what counts: other
   * programs on the machine slow some of them down.
   */
  calibrating: readonly number[]
  /** Work in weights, solved by every recipe of the plan. */
  solving: Rate
  /** Work in windows through the whole model. */
  evaluating: Rate
  /** Time spent on solving when the last layer was solved; undefined before the first. */
  solvedAt?: number
}

const none: Rate = { work: 0, ms: 0 }

export const noPace: Pace = { calibrating: [], solving: none, evaluating: none }

/** Times per window that are kept. */
const KEPT = 99

const more = (rate: Rate, work: number, ms: number): Rate => ({ work: rate.work + work, ms: rate.ms + ms })

/** The pace after an event. `run` has the time of the event already, `before` has not. */
export function paceAfter(before: Run, run: Run, event: TimedEvent): Pace {
  const { pace } = before
  const ms = event.at - before.at
  switch (event.event) {
    case 'calibrating': {
      const { progress } = before
      const goesOn = progress?.block === event.block && progress.recipe === event.recipe
      const windows = event.windows - (goesOn ? progress.done : 0)
      if (!goesOn || windows <= 0) return pace
      return { ...pace, calibrating: [...pace.calibrating, ms / windows].slice(-KEPT) }
    }
    case 'evaluating': {
      const { progress } = before
      const windows = event.windows - (progress?.model === event.model ? progress.done : 0)
      return { ...pace, evaluating: more(pace.evaluating, Math.max(0, windows), ms) }
    }
    case 'solved': {
      const { facts } = run.layers[event.layer] ?? {}
      const solvedAt = run.spent.solving
      if (!facts) return pace
      return pace.solvedAt === undefined
        ? { ...pace, solvedAt }
        : { ...pace, solvedAt, solving: more(pace.solving, facts.rows * facts.columns, solvedAt - pace.solvedAt) }
    }
    default:
      return pace
  }
}

/** What the next run may keep of it: the times per window hold for windows of the same length, those of solving only for the same plan. */
export function keptPace(before: Run, window: number): Pace {
  if (before.plan?.window !== window) return noPace
  const { calibrating, evaluating } = before.pace
  return { ...noPace, calibrating, evaluating }
}
