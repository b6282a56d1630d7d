// What the worker says of the plan as it stands, asked anew whenever the plan, the model or a text changes; until then
// the last answer stays.
import { useEffect, useMemo, useState } from 'react'
import type { Answer } from '../../worker/questions.ts'
import { usePlayground, useSession } from '../session.ts'

export interface PlanAnswer<K extends 'advice' | 'estimate'> {
  answer?: Answer<K>
  /** Why there is none. */
  problem?: string
  /** True while the plan as it is has neither. */
  waiting: boolean
}

/** How long nobody asks for anything before the device is measured: a run that begins at once is not in its way. */
const IDLE_MS = 600

function usePlanAnswer<K extends 'advice' | 'estimate'>(
  kind: K,
  { on, afterMs, budgetBytes }: { on: boolean; afterMs: number; budgetBytes?: number | undefined },
): PlanAnswer<K> {
  const playground = usePlayground()
  const plan = useSession((session) => session.plan)
  const opened = useSession((session) => session.opened)
  const calibration = useSession((session) => session.calibration)
  const evaluation = useSession((session) => session.evaluation)
  const only = useSession((session) => session.only)
  const [state, setState] = useState<{ answer?: Answer<K>; problem?: string; of?: { opened: unknown } }>({})
  const asked = useMemo(
    () => ({ plan, opened, calibration, evaluation, only, budgetBytes }),
    [plan, opened, calibration, evaluation, only, budgetBytes],
  )
  // Of matrices, none may be chosen.
  const possible = on && opened?.model !== undefined && only?.length !== 0
  useEffect(() => {
    if (!possible) return
    const control = new AbortController()
    const { signal } = control
    const { plan, only, budgetBytes } = asked
    const timer = setTimeout(() => {
      const more = { ...(only && { only }), ...(budgetBytes !== undefined && { budgetBytes }) }
      const ask = { plan, ...playground.texts, ...more }
      playground.questions.ask(kind, ask, { signal }).then(
        (answer) => setState({ answer, of: asked }),
        (error: unknown) => {
          if (!signal.aborted) setState({ problem: (error as Error).message, of: asked })
        },
      )
    }, afterMs)
    return () => {
      clearTimeout(timer)
      control.abort(new Error('no longer asked'))
    }
  }, [playground, kind, possible, asked, afterMs])
  if (!possible && state.of !== asked) return { waiting: false }
  // Nothing is said of one model with the numbers of another.
  if (state.of?.opened !== opened) return { waiting: true }
  return { ...state, waiting: state.of !== asked }
}

/** Checks, memory, and a plan that fits; nothing where there is no device. */
export function useAdvice(on: boolean, budgetBytes: number | undefined): PlanAnswer<'advice'> {
  return usePlanAnswer('advice', { on, afterMs: 0, budgetBytes })
}

/** How long a run will take. The device is measured for it only while nothing runs. */
export function useEstimate(on: boolean): PlanAnswer<'estimate'> {
  const free = useSession(
    ({ state, unavailable, recording, reading }) =>
      unavailable === undefined &&
      recording === undefined &&
      !reading &&
      (state === 'idle' || state === 'finished' || state === 'stopped'),
  )
  return usePlanAnswer('estimate', { on: on && free, afterMs: IDLE_MS })
}
