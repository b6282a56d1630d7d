// Everything the page shows, as plain data, and how a message of the worker changes it.
import type { AdapterFacts } from '../gpu/gpu.ts'
import type { Plan } from '../pipeline/plan.ts'
import type { FailureKind, FromWorker, OpenReport, RunState, Source } from '../worker/protocol.ts'
import { emptyRun, fold, type Run } from './run.ts'
import { plainView, type View } from './view.ts'
import { without } from './without.ts'

/** In the order of the top bar. */
export const rooms = ['play', 'layer', 'compare', 'lessons', 'open'] as const
export type Room = (typeof rooms)[number]

export interface Session {
  /** The plan being edited; the run carries the one it was started with. */
  plan: Plan
  /** What the link asked for and did not get. */
  problems: readonly string[]
  room: Room
  adapter?: AdapterFacts
  /** Why there is no WebGPU. */
  unavailable?: string
  state: RunState
  /** A checkpoint is being read, perhaps beside a run. */
  reading: boolean
  /** A checkpoint that was refused while the user looked elsewhere. */
  refused?: { name: string; fact: string }
  /** Bytes alive on the GPU when the state last changed. */
  liveBytes: number
  run: Run
  failure?: { kind: FailureKind; message: string }
  /** The newest report, good or bad; while opening, as far as it is known. */
  report?: OpenReport
  /** The newest good report: the model that runs. */
  opened?: OpenReport
  /** Where `report` and `opened` come from. */
  source: Source['kind']
  openedFrom: Source['kind']
  /** Names of the files and of the model of a hub asked for last; those that could be opened can be chosen again. */
  own: Readonly<Partial<Record<Source['kind'], string>>>
  good: Readonly<Partial<Record<Source['kind'], string>>>
  /** Bytes that came from a server for the checkpoint that is being read, or is open. */
  readBytes: number
  /** Why not all of them can be kept on this disk. */
  unkept?: string
  /** Of matrices without a model, those that are to be solved; absent: all. */
  only?: readonly string[]
  bundled: string
  /** What the address says about the page itself, not about the plan. */
  view: View
  calibration?: { name: string; characters: number }
  evaluation?: { name: string; characters: number }
  /** The layer the user picked; absent: the page follows the run. */
  selected?: string
  /** A run that is played, not computed: the recorded one, or one that was saved to the file `saved`. */
  recording?: { name: string; at: number; length: number; playing: boolean; speed: number; saved?: string }
  /** Why a saved run could not be read. */
  unread?: string
}

export function newSession(
  plan: Plan,
  problems: readonly string[],
  bundled: string,
  view: View = plainView,
  room: Room = 'play',
): Session {
  return {
    plan,
    problems,
    view,
    room,
    state: 'idle',
    reading: false,
    liveBytes: 0,
    run: emptyRun,
    bundled,
    source: 'bundled',
    openedFrom: 'bundled',
    own: {},
    good: {},
    readBytes: 0,
  }
}

/** A message of the worker. Pure. */
export function receive(session: Session, message: FromWorker): Session {
  switch (message.type) {
    case 'adapter':
      return { ...session, adapter: message.adapter }
    case 'unavailable':
      return { ...session, unavailable: message.reason }
    case 'opening':
      return session.reading && message.report.from === session.source
        ? { ...session, report: message.report }
        : session
    case 'read':
      return { ...session, readBytes: message.bytes }
    case 'unkept':
      return { ...session, unkept: message.reason }
    case 'opened': {
      const { report } = message
      const { from } = report
      // Another one may have been asked for in the meantime: it is still being read.
      const shown = from === session.source ? { ...session, report, reading: false } : session
      // What is on screen was another model's, and the worker has let go of its solutions.
      if (!report.model) return shown
      const good = { ...session.good, [from]: report.name }
      return { ...without(shown, 'only'), run: emptyRun, opened: report, openedFrom: from, good }
    }
    case 'events': {
      const run = message.events.reduce(fold, session.run)
      const restarted = message.events.some(({ event }) => event === 'started')
      if (!restarted) return { ...session, run }
      // A run is watched from its beginning; a room that looks at one layer stays with it, if it is still there.
      const stays = session.room !== 'play' && session.selected !== undefined && run.order.includes(session.selected)
      return { ...without(session, 'failure', ...(stays ? [] : (['selected'] as const))), run }
    }
    case 'state':
      return { ...session, state: message.state, liveBytes: message.liveBytes }
    case 'part':
    case 'answer':
    case 'refused':
      // Answers belong to the room that asked (questions.ts), not to the page's state.
      return session
    case 'failed':
      return { ...session, state: 'failed', reading: false, failure: { kind: message.kind, message: message.message } }
  }
}
