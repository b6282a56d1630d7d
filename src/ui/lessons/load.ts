// What lessons load, once each.
import type { LessonResults } from '../../store/lesson-results.ts'
import { type LessonProblem, readProblem } from './problem.ts'

async function fetched(path: string): Promise<Response> {
  const url = new URL(`${import.meta.env.BASE_URL}${path}`, location.href)
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url.pathname} answered ${response.status}`)
  return response
}

let problem: Promise<LessonProblem> | undefined
let results: Promise<LessonResults> | undefined
let stories: Promise<string> | undefined

export const loadProblem = (): Promise<LessonProblem> =>
  (problem ??= fetched('runs/lesson-problem.safetensors').then(async (response) => readProblem(await response.blob())))

export const loadResults = (): Promise<LessonResults> =>
  (results ??= fetched('runs/lesson-results.json').then((response) => response.json() as Promise<LessonResults>))

/** The bundled model's calibration text. */
export const loadStories = (): Promise<string> =>
  (stories ??= fetched('models/tiny-tales-1m/calibration.txt').then((response) => response.text()))
