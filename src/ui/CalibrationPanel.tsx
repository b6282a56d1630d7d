// Windows and texts of a run, and the user's own text: a .txt file, a .json file of token ids, or pasted.
import { useId, useState } from 'react'
import type { TextUse } from '../store/playground.ts'
import { count } from '../store/wording.ts'
import { NumberField } from './NumberField.tsx'
import { SamplesField } from './SamplesField.tsx'
import { usePlayground, useSession } from './session.ts'

export function CalibrationPanel({ id }: { id: string }) {
  const playground = usePlayground()
  const plan = useSession((session) => session.plan)
  return (
    <div className="panel" id={id}>
      <div className="plan-row">
        <SamplesField />
        <NumberField
          label="Tokens per window"
          value={plan.window}
          min={2}
          max={100_000}
          onCommit={(window) => playground.change({ window })}
        />
        <NumberField
          label="Evaluation windows"
          value={plan.windows}
          min={0}
          max={100_000}
          onCommit={(windows) => playground.change({ windows })}
        />
        <NumberField
          label="Held-out windows"
          value={plan.heldOut}
          min={0}
          max={100_000}
          onCommit={(heldOut) => playground.change({ heldOut })}
        />
      </div>
      <div className="texts">
        <OwnText use="calibration" title="Calibration text" />
        <OwnText use="evaluation" title="Evaluation text" />
      </div>
    </div>
  )
}

function OwnText({ use, title }: { use: TextUse; title: string }) {
  const playground = usePlayground()
  const own = useSession((session) => session[use])
  const [pasted, setPasted] = useState('')
  const [problem, setProblem] = useState('')
  const id = useId()
  const take = async (file: File | undefined) => {
    if (!file) return
    const text = await file.text()
    if (text.trim() === '') setProblem(`${file.name} has ${file.size} bytes and no text.`)
    else playground.setText(use, { name: file.name, text })
  }
  return (
    <div className="own-text">
      <span className="label">{title}</span>
      {own ? (
        <p>
          <b>{own.name}</b>, {count(own.characters)} characters{' '}
          <button type="button" className="btn small" onClick={() => playground.setText(use, undefined)}>
            Use the bundled text
          </button>
        </p>
      ) : (
        <>
          <p>
            The bundled text.{' '}
            <label className="btn small" htmlFor={id}>
              Choose a file
            </label>
            <input
              id={id}
              className="visually-hidden"
              type="file"
              accept=".txt,.json,text/plain,application/json"
              title="Text (.txt), or an array of token ids (.json)"
              aria-label={`${title} file`}
              onChange={({ target }) => {
                setProblem('')
                take(target.files?.[0]).catch((error: unknown) => setProblem(String(error)))
              }}
            />
          </p>
          <textarea
            rows={2}
            aria-label={`Paste ${title.toLowerCase()}`}
            placeholder="or paste text here"
            value={pasted}
            onChange={({ target }) => setPasted(target.value)}
          />
          <button
            type="button"
            className="btn small"
            disabled={pasted.trim() === ''}
            onClick={() => {
              playground.setText(use, { name: 'pasted text', text: pasted })
              setPasted('')
            }}
          >
            Use pasted text
          </button>
        </>
      )}
      {problem && (
        <p className="refused" role="alert">
          {problem}
        </p>
      )}
    </div>
  )
}
