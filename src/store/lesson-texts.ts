// Calibration texts of the lesson on calibration: the model's own stories, and what is left of them when order goes.
import { random } from '../math/random.ts'

export const lessonTexts = [
  { name: 'stories', title: 'the stories', what: 'The text the model was trained to write.' },
  { name: 'shuffled words', title: 'shuffled words', what: 'The same words, in no order.' },
  { name: 'shuffled letters', title: 'shuffled letters', what: 'The same letters, in no order.' },
] as const

export type LessonText = (typeof lessonTexts)[number]['name']

/** Characters that are enough for the windows of a lesson. */
const CHARACTERS = 60_000

/** The beginning of `stories` as it stands, or with its words or letters shuffled; the same seed, the same text. */
export function lessonText(name: LessonText, stories: string, seed = 1): string {
  const text = stories.slice(0, CHARACTERS)
  if (name === 'stories') return text
  return name === 'shuffled words' ? shuffled(text.split(/\s+/), seed).join(' ') : shuffled([...text], seed).join('')
}

/** Fisher and Yates. */
function shuffled(parts: string[], seed: number): string[] {
  const source = random(seed)
  for (let i = parts.length - 1; i > 0; i--) {
    const j = Math.floor(source.uniform() * (i + 1))
    ;[parts[i], parts[j]] = [parts[j], parts[i]]
  }
  return parts
}
