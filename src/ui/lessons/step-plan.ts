// Steps that change the plan or the calibration text of the run, and the way back to the reader's own.
import { useCallback, useEffect, useState } from 'react'
import type { Plan } from '../../pipeline/plan.ts'
import { lessonText } from '../../store/lesson-texts.ts'
import type { Playground } from '../../store/playground.ts'
import { usePlayground, useSession } from '../session.ts'
import type { Step } from './lesson.ts'
import { loadStories } from './load.ts'

/** The reader's plan while a lesson has another. */
let before: Plan | undefined
/** True while a lesson's text is in use. */
let lent = false

function giveBack(playground: Playground) {
  const plan = before
  before = undefined
  if (lent) playground.setText('calibration', undefined)
  lent = false
  // Locks are for the reader; a lesson may change what it likes and must be able to undo it.
  if (plan) playground.change(plan, [])
}

/** Applies what a step asks for when it is entered; on the way out the reader's own plan returns. */
export function useStepPlan(place: string, step: Step<unknown>): { changed: boolean; back(): void } {
  const playground = usePlayground()
  const recording = useSession((session) => session.recording !== undefined)
  const length = useSession((session) => session.recording?.length)
  const [returned, setReturned] = useState('')
  const { plan, text } = step
  useEffect(() => {
    if (recording) return
    if (!plan) return giveBack(playground)
    before ??= playground.store.getState().plan
    playground.change(plan, [])
    if (!text) return
    let left = false
    loadStories().then(
      (stories) => {
        if (left) return
        lent = true
        playground.setText('calibration', { name: text, text: lessonText(text, stories) })
      },
      (error: unknown) => playground.fail(`calibration text: ${String(error)}`),
    )
    return () => void (left = true)
    // A step is entered once; its plan is a constant of the lesson.
  }, [playground, recording, place, plan, text])
  // A recording is shown from its end: lessons speak of whole runs.
  useEffect(() => {
    if (length !== undefined) playground.playback?.seek(length)
  }, [playground, length])
  useEffect(() => () => giveBack(playground), [playground])
  const back = useCallback(() => {
    giveBack(playground)
    setReturned(place)
  }, [playground, place])
  return { changed: plan !== undefined && !recording && returned !== place, back }
}
