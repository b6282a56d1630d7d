// All lessons in order; those read to their end have a tick.
import { Icon } from '../icons.tsx'
import type { Lesson } from './lesson.ts'
import { wasRead } from './read.ts'

interface Props {
  lessons: readonly Lesson[]
  current: number
  go(lesson: number): void
}

export function LessonList({ lessons, current, go }: Props) {
  return (
    <nav aria-label="Lessons">
      <ol className="lesson-list">
        {lessons.map(({ name, title }, i) => (
          <li key={name}>
            <button type="button" aria-current={i === current ? 'true' : undefined} onClick={() => go(i)}>
              <span className="lesson-number">
                {i + 1}
                {wasRead(name) && (
                  <>
                    <Icon name="check" />
                    <span className="visually-hidden">read</span>
                  </>
                )}
              </span>
              {title}
            </button>
          </li>
        ))}
      </ol>
    </nav>
  )
}
