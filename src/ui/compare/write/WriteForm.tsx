// What is to be continued, by whom, and how tokens are picked.
import { useId } from 'react'
import { useStore } from 'zustand'
import { recipeTitle } from '../../../store/wording.ts'
import { writingProgress } from '../../../store/writing.ts'
import { NumberField } from '../../NumberField.tsx'
import { Segments } from '../../Segments.tsx'
import { useSession } from '../../session.ts'
import { chosen, examples, type WriteDesk, type WriteForm as Form } from './desk.ts'

export function WriteForm({ desk }: { desk: WriteDesk }) {
  const id = useId()
  const form = useStore(desk.form)
  const writing = useStore(desk.writing.store)
  const run = useSession((session) => session.run)
  const plan = useSession((session) => session.plan)
  const running = useSession((session) => session.state === 'running')
  const recorded = useSession((session) => session.recording !== undefined)
  const change = (part: Partial<Form>) => desk.form.setState(part)
  const recipes = run.plan?.recipes ?? plan.recipes
  const [first, second] = chosen(form.picks, recipes)
  const working = writing.state === 'working'
  return (
    <form
      className="write-form"
      data-not-in-picture
      onSubmit={(event) => {
        event.preventDefault()
        if (!working) desk.write()
      }}
    >
      <div className="field wide">
        <label className="label" htmlFor={id}>
          Prompt
        </label>
        <textarea
          id={id}
          rows={2}
          value={form.prompt}
          spellCheck={false}
          onChange={({ target }) => change({ prompt: target.value })}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) event.currentTarget.form?.requestSubmit()
          }}
        />
        <div className="examples" role="group" aria-label="Example prompts">
          {examples.map(({ title, prompt }) => (
            <button key={title} type="button" className="btn small" onClick={() => change({ prompt })}>
              {title}
            </button>
          ))}
        </div>
      </div>
      <Pick
        label="First recipe"
        value={first}
        recipes={recipes.filter((name) => name !== second)}
        onChange={(name) => change({ picks: [name, second] })}
      />
      <Pick
        label="Second recipe"
        value={second}
        recipes={recipes.filter((name) => name !== first)}
        none
        onChange={(name) => change({ picks: [first, name] })}
      />
      <NumberField label="Tokens" value={form.tokens} min={1} max={1000} onCommit={(tokens) => change({ tokens })} />
      <Segments
        label="Each token"
        segments={[
          { value: 'likeliest', label: 'Likeliest' },
          { value: 'drawn', label: 'Drawn' },
        ]}
        value={form.drawn ? 'drawn' : 'likeliest'}
        onChange={(value) => change({ drawn: value === 'drawn' })}
      />
      {form.drawn && (
        <>
          <NumberField
            label="Temperature"
            real
            value={form.temperature}
            min={0.01}
            max={5}
            onCommit={(temperature) => change({ temperature })}
          />
          <NumberField label="Seed" value={form.seed} min={0} max={2 ** 32 - 1} onCommit={(seed) => change({ seed })} />
        </>
      )}
      <div className="write-buttons">
        {working ? (
          <button type="button" className="btn" onClick={() => desk.writing.stop()}>
            Stop writing
          </button>
        ) : (
          <button type="submit" className="btn primary" disabled={recorded}>
            {run.plan || recorded ? 'Write' : 'Run, then write'}
          </button>
        )}
        <p className="write-progress">
          {working && (running ? 'Waits for the end of the run.' : writingProgress(writing))}
        </p>
      </div>
    </form>
  )
}

interface PickProps {
  label: string
  value: string
  recipes: readonly string[]
  none?: boolean
  onChange(name: string): void
}

function Pick({ label, value, recipes, none, onChange }: PickProps) {
  const id = useId()
  return (
    <div className="field">
      <label className="label" htmlFor={id}>
        {label}
      </label>
      <select id={id} className="select" value={value} onChange={({ target }) => onChange(target.value)}>
        {none && <option value="">None</option>}
        {recipes.map((name) => (
          <option key={name} value={name}>
            {recipeTitle(name)}
          </option>
        ))}
      </select>
    </div>
  )
}
