// What a lesson is: a picture, and steps that each put the picture (and maybe the plan) into a state and say in one or
// two sentences what to see.
import type { ComponentType } from 'react'
import type { Plan } from '../../pipeline/plan.ts'
import type { LessonText } from '../../store/lesson-texts.ts'

export interface FigureProps<S> {
  state: S
  /** The reader's own hand; the next step, or Return, undoes it. */
  change(part: Partial<S>): void
}

export interface Step<S> {
  title: string
  /** One or two sentences, with numbers computed from the state. */
  Prose: ComponentType<{ state: S }>
  /** What to look at or to try. */
  look: string
  state: S
  /** What this step changes in the plan of the run. */
  plan?: Partial<Plan>
  /** The calibration text of the run. */
  text?: LessonText
}

interface LessonOf<S> {
  /** In addresses. */
  name: string
  /** In the list of lessons. */
  title: string
  Figure: ComponentType<FigureProps<S>>
  steps: readonly Step<S>[]
}

/** A lesson whose state is its own business. */
export type Lesson = LessonOf<unknown>

/** Checks a lesson's steps against its picture, then forgets the type of their state. */
export const lesson = <S>(given: LessonOf<S>): Lesson => given as unknown as Lesson
