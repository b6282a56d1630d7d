// Lesson 8: the Hessian comes from a text, and which one matters.
import { use } from 'react'
import { lessonTexts, type LessonText } from '../../store/lesson-texts.ts'
import { percent, recipeShort, significant } from '../../store/wording.ts'
import { Segments } from '../Segments.tsx'
import { useSession } from '../session.ts'
import { type FigureProps, lesson } from './lesson.ts'
import { CannotRun, PlannedRun, useRecorded } from './LiveRun.tsx'
import { loadResults } from './load.ts'
import { LossBars } from './LossBars.tsx'
import { Numbers } from './Numbers.tsx'

interface State {
  picture: 'recorded' | 'run'
  measure: 'relative' | 'perplexity'
}

const start: State = { picture: 'recorded', measure: 'perplexity' }
const plan = { bits: 2, group: 0, recipes: ['rtn', 'gptq', 'cdquant'] }

function useTexts() {
  const { texts, model, plan } = use(loadResults())
  const of = (text: LessonText, recipe: string) => texts.find((one) => one.text === text && one.recipe === recipe)!
  return { texts, of, model, plan }
}

function Figure({ state, change }: FigureProps<State>) {
  if (state.picture === 'run')
    return (
      <PlannedRun recorded={<RecordedFigure {...{ state, change }} />}>
        <TextInUse />
      </PlannedRun>
    )
  return <RecordedFigure {...{ state, change }} />
}

function TextInUse() {
  const own = useSession(({ run }) => run.calibration?.text)
  if (own === undefined) return null
  return <p className="caption lesson-note">Calibration text of this run: {own}.</p>
}

function RecordedFigure({ state, change }: FigureProps<State>) {
  const { texts, of, plan } = useTexts()
  const measured = state.measure
  return (
    <>
      {lessonTexts.map(({ name, title, what }) => (
        <section key={name} className="lesson-text">
          <h2>Calibrated on {title}</h2>
          <p className="caption">{what}</p>
          <LossBars
            label={`${measured === 'relative' ? 'Relative losses' : 'Perplexities'}, calibrated on ${title}`}
            bars={['rtn', 'gptq', 'cdquant'].map((recipe) => ({
              recipe,
              label: recipeShort(recipe),
              value: (measured === 'relative' ? of(name, recipe).relative : of(name, recipe).perplexity) ?? 0,
            }))}
            max={Math.max(...texts.map((one) => (measured === 'relative' ? (one.relative ?? 0) : one.perplexity)))}
          />
        </section>
      ))}
      <div className="plan-row lesson-controls">
        <Segments
          label="Measure"
          segments={[
            { value: 'perplexity', label: 'perplexity on stories' },
            { value: 'relative', label: 'loss on its own text' },
          ]}
          value={measured}
          onChange={(measure) => change({ measure })}
        />
      </div>
      <p className="chip">
        recorded: {plan.samples} windows × {plan.window} tokens, 2 bits, one group per row
      </p>
      <Numbers
        caption="Recorded runs by calibration text"
        head={['text', 'recipe', 'loss on its own text', 'perplexity on stories']}
        rows={texts.map(({ text, recipe, relative, perplexity, standardError }) => [
          text,
          recipeShort(recipe),
          relative === undefined ? '' : significant(relative, 4),
          `${significant(perplexity, 4)} ± ${significant(standardError, 2)}`,
        ])}
      />
    </>
  )
}

export const calibration = lesson<State>({
  name: 'calibration',
  title: 'Calibration text',
  Figure,
  steps: [
    {
      title: 'The Hessian comes from a text',
      state: { ...start, measure: 'relative' },
      Prose: () => {
        const { of } = useTexts()
        return (
          <p>
            H says which errors the layer’s inputs would feel, and the inputs come from whatever the model reads while
            it is calibrated. On shuffled letters CDQuant reaches a loss of{' '}
            <b>{percent(of('shuffled letters', 'cdquant').relative ?? 0)}</b>, on the stories only{' '}
            {percent(of('stories', 'cdquant').relative ?? 0)}. So letters are the better text?
          </p>
        )
      },
      look: 'These losses are measured on the text each run was calibrated on.',
    },
    {
      title: 'The same models, on stories',
      state: start,
      Prose: () => {
        const { of } = useTexts()
        const [good, bad, rtn] = [of('stories', 'cdquant'), of('shuffled letters', 'cdquant'), of('stories', 'rtn')]
        return (
          <p>
            Asked to predict stories, the model calibrated on letters has a perplexity of{' '}
            <b>{significant(bad.perplexity, 3)}</b>, the one calibrated on stories {significant(good.perplexity, 3)}.
            Plain rounding, which reads nothing, has {significant(rtn.perplexity, 3)}.
          </p>
        )
      },
      look: 'RTN’s bar is the same three times: it never looks at the text.',
    },
    {
      title: 'Order matters less than words',
      state: start,
      Prose: () => {
        const { of } = useTexts()
        const [stories, words] = [of('stories', 'cdquant'), of('shuffled words', 'cdquant')]
        const far = Math.abs(stories.perplexity - words.perplexity)
        const error = Math.hypot(stories.standardError, words.standardError)
        return (
          <p>
            Words in no order do{' '}
            {far < 2 * error ? 'as well as the stories within the errors' : 'differently from the stories'}:{' '}
            {significant(words.perplexity, 3)} ± {significant(words.standardError, 2)} against{' '}
            {significant(stories.perplexity, 3)} ± {significant(stories.standardError, 2)}. The inputs of the layers are
            much the same; letters alone use other tokens, and other directions.
          </p>
        )
      },
      look: 'A text need not be perfect, but it must use the model as its users will.',
    },
    {
      title: 'Run it on letters',
      state: { ...start, picture: 'run' },
      plan,
      text: 'shuffled letters',
      Prose: () => (
        <p>
          {useRecorded() && <CannotRun />}
          This step calibrates the open model on shuffled letters, at 2 bits, and measures the perplexity on its
          evaluation text.
        </p>
      ),
      look: 'Wait for the bars, and compare them with RTN’s.',
    },
    {
      title: 'And on the stories again',
      state: { ...start, picture: 'run' },
      plan,
      text: 'stories',
      Prose: () => (
        <p>
          {useRecorded() && <CannotRun />}
          The same plan on the beginning of the bundled stories. Outlines are the run on letters, so that the two can be
          compared.
        </p>
      ),
      look: 'Calibration, in the plan of the Play room, takes a text of your own.',
    },
  ],
})
