// An answer of the worker as a React value: asked anew when the question or what it depends on changes; until then the
// last one stays.
import { useEffect, useState } from 'react'
import type { Answer, Asked, Kind, Part } from '../../worker/questions.ts'
import { usePlayground } from '../session.ts'

export interface Answered<K extends Kind> {
  /** The newest answer there is, perhaps to the question before. */
  answer?: Answer<K>
  /** What it answers. */
  asked?: Asked<K>
  /** Why there is no answer to the question as it is. */
  problem?: string
  /** What has come of the answer so far. */
  part?: Part<K>
  /** True while the question as it is has neither answer nor problem. */
  waiting: boolean
}

/** `asked` undefined: nothing is asked. `of`: whatever else the answer depends on, by identity. */
export function useAnswer<K extends Kind>(kind: K, asked: Asked<K> | undefined, of: unknown): Answered<K> {
  const { questions } = usePlayground()
  const [state, setState] = useState<Answered<K> & { key?: string; of?: unknown }>({ waiting: true })
  const key = asked && JSON.stringify(asked)
  useEffect(() => {
    if (key === undefined) return
    const asked = JSON.parse(key) as Asked<K>
    const control = new AbortController()
    const { signal } = control
    const part = (part: Part<K>) => setState((before) => ({ ...before, part }))
    questions.ask(kind, asked, { signal, part }).then(
      (answer) => setState({ answer, asked, key, of, waiting: false }),
      (error: unknown) => {
        if (!signal.aborted) setState({ problem: (error as Error).message, key, of, waiting: false })
      },
    )
    return () => control.abort(new Error('no longer asked'))
  }, [questions, kind, key, of])
  if (key === undefined) return { waiting: false }
  const current = state.key === key && state.of === of
  return current ? state : { ...state, waiting: true }
}
