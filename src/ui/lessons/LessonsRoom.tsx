// The room Lessons: one lesson's picture, the words of its step, the way on; all lessons below.
import { type RefObject, Suspense, useEffect, useMemo, useRef, useState } from 'react'
import { Download } from '../download/Download.tsx'
import { Icon } from '../icons.tsx'
import { useKeys } from '../keys.ts'
import { Part } from '../Part.tsx'
import { useSession, usePlayground } from '../session.ts'
import { Strip } from '../Strip.tsx'
import { lessons } from './index.ts'
import { LessonList } from './LessonList.tsx'
import './lessons.css'
import { remember } from './read.ts'
import { Stepper } from './Stepper.tsx'
import { useStepPlan } from './step-plan.ts'

export function LessonsRoom() {
  const playground = usePlayground()
  const view = useSession((session) => session.view)
  const found = lessons.findIndex(({ name }) => name === view.lesson)
  const at = Math.max(0, found)
  const { name, title, steps, Figure } = lessons[at]
  const asked = view.step ?? 1
  const step = Math.min(asked, steps.length)
  const current = steps[step - 1]
  const place = `${name} ${step}`
  const [touched, setTouched] = useState<{ place: string; state: unknown }>()
  const own = touched?.place === place ? touched.state : undefined
  const state = own ?? current.state
  const { changed, back } = useStepPlan(place, current)
  const stage = useRef<HTMLDivElement>(null)
  useStageInView(stage, place)

  const [go, forward, backward] = useMemo(() => {
    const to = (lesson: number, next: number) => playground.look({ lesson: lessons[lesson].name, step: next })
    const last = at === lessons.length - 1 && step === steps.length
    const forward = last ? undefined : () => (step < steps.length ? to(at, step + 1) : to(at + 1, 1))
    const before = () => (step > 1 ? to(at, step - 1) : to(at - 1, lessons[at - 1].steps.length))
    return [to, forward, at === 0 && step === 1 ? undefined : before] as const
  }, [playground, at, step, steps.length])
  useKeys(
    useMemo(
      () => [
        { key: 'ArrowRight', name: '→', what: 'next step', run: () => forward?.() },
        { key: 'ArrowLeft', name: '←', what: 'step before', run: () => backward?.() },
      ],
      [forward, backward],
    ),
    'room',
  )
  useEffect(() => {
    if (step === steps.length) remember(name)
  }, [name, step, steps.length])

  const problems = [
    ...(view.lesson !== undefined && found < 0
      ? [
          `The link asks for lesson=${view.lesson}; allowed: ${lessons.map((one) => one.name).join(', ')}. Kept ${name}.`,
        ]
      : []),
    ...(found >= 0 && asked > steps.length
      ? [`The link asks for step=${asked}; the lesson ‘${title}’ has ${steps.length}. Kept ${step}.`]
      : []),
  ]
  const touch = (part: object) => setTouched({ place, state: { ...(state as object), ...part } })
  const { Prose } = current
  return (
    <main className="page lessons-room" id="main">
      <p className="crumbs">
        Lessons / <b>{`${at + 1}. ${title}`}</b>
      </p>
      <Problems texts={problems} />
      <div className="lesson-stage" ref={stage}>
        <section className="lesson-picture" aria-label="Picture" data-figure={`${title}: ${current.title}`}>
          <Download name={`lesson-${name}-${step}`} title="picture" />
          <Suspense fallback={<div className="chart lesson-waiting" aria-busy="true" />}>
            <Figure key={name} state={state} change={touch} />
          </Suspense>
        </section>
        <section className="prose" aria-label="Step">
          <Stepper steps={steps.map((one) => one.title)} step={step} go={(next) => go(at, next)} />
          <h1>{current.title}</h1>
          <div aria-live="polite">
            <Suspense fallback={<p>The numbers are being computed …</p>}>
              <Prose state={state} />
            </Suspense>
          </div>
          <p className="look">{current.look}</p>
          {(own !== undefined || changed) && (
            <p className="lesson-return">
              {own !== undefined && (
                <button type="button" className="btn" onClick={() => setTouched(undefined)}>
                  Return to this step
                </button>
              )}
              {changed && (
                <button type="button" className="btn" onClick={back}>
                  Back to my own plan
                </button>
              )}
            </p>
          )}
          <div className="walk">
            <button type="button" className="btn" disabled={!backward} onClick={() => backward?.()}>
              <Icon name="back" />
              Back
            </button>
            <button type="button" className="btn primary" disabled={!forward} onClick={() => forward?.()}>
              {step < steps.length || !forward ? 'Next' : 'Next lesson'}{' '}
              <kbd className="hide-small" aria-hidden="true">
                →
              </kbd>
            </button>
          </div>
        </section>
      </div>
      <Part name="lessons">
        <LessonList lessons={lessons} current={at} go={(lesson) => go(lesson, 1)} />
      </Part>
    </main>
  )
}

/** A new step begins at its picture, where the reader has scrolled past it. */
function useStageInView(stage: RefObject<HTMLElement | null>, place: string) {
  const seen = useRef(place)
  useEffect(() => {
    if (seen.current === place) return
    seen.current = place
    if ((stage.current?.getBoundingClientRect().top ?? 0) < 0) stage.current?.scrollIntoView({ block: 'start' })
  }, [stage, place])
}

/** What a link asked for and did not get, here and elsewhere. */
function Problems({ texts }: { texts: readonly string[] }) {
  const playground = usePlayground()
  const others = useSession((session) => session.problems)
  const all = [...others, ...texts]
  if (!all.length) return null
  return (
    <Strip
      tone="warn"
      title="The link could not be followed in everything."
      actions={
        others.length > 0 && (
          <button type="button" className="btn" onClick={() => playground.dismissProblems()}>
            Dismiss
          </button>
        )
      }
    >
      {all.join(' ')}
    </Strip>
  )
}
