// Matrices of safetensors without a model: which there are, which have inputs, which are to be solved, and what a loss
// means without a model.
import { useRef, useState } from 'react'
import { count, matrixCount, plural } from '../../store/wording.ts'
import type { OpenReport } from '../../worker/protocol.ts'
import { usePlayground, useSession } from '../session.ts'

/** Rows that are drawn; a part of a name finds the others. */
const SHOWN = 200

export function Matrices({ report }: { report: OpenReport }) {
  const playground = usePlayground()
  const only = useSession((session) => session.only)
  const [part, setPart] = useState('')
  const layers = report.bare?.layers ?? []
  const found = layers.filter(({ layer }) => layer.toLowerCase().includes(part.trim().toLowerCase()))
  const chosen = new Set(only ?? layers.map(({ layer }) => layer))
  const turn = (names: readonly string[], on: boolean) => {
    const next = new Set(chosen)
    for (const name of names)
      if (on) next.add(name)
      else next.delete(name)
    const kept = layers.map(({ layer }) => layer).filter((layer) => next.has(layer))
    playground.choose(kept.length === layers.length ? undefined : kept)
  }
  const all = found.every(({ layer }) => chosen.has(layer))
  return (
    <>
      <Meaning report={report} />
      <div className="matrices">
        <div className="matrices-head">
          <label>
            <span className="visually-hidden">Part of a name</span>
            <input
              className="hub-text"
              type="search"
              value={part}
              placeholder="Part of a name"
              spellCheck={false}
              onChange={({ target }) => setPart(target.value)}
            />
          </label>
          <span className="reason">
            {count(chosen.size)} of {matrixCount(layers.length)} chosen
            {found.length > SHOWN && `; the first ${count(SHOWN)} of ${count(found.length)} are listed`}
          </span>
        </div>
        <div className="matrices-scroller" tabIndex={0} role="group" aria-label="List of matrices">
          <table>
            <thead>
              <tr>
                <th scope="col">
                  <input
                    type="checkbox"
                    aria-label={part.trim() ? 'All that are found' : 'All'}
                    checked={all}
                    onChange={() =>
                      turn(
                        found.map(({ layer }) => layer),
                        !all,
                      )
                    }
                  />
                </th>
                <th scope="col">Matrix</th>
                <th scope="col" className="matrix-shape">
                  Rows × columns
                </th>
                <th scope="col">Type</th>
                <th scope="col">Inputs</th>
              </tr>
            </thead>
            <tbody>
              {found.slice(0, SHOWN).map(({ layer, rows, columns, dtype, inputs }) => (
                <tr key={layer}>
                  <td>
                    <input
                      type="checkbox"
                      aria-label={`Solve ${layer}`}
                      checked={chosen.has(layer)}
                      onChange={() => turn([layer], !chosen.has(layer))}
                    />
                  </td>
                  <th scope="row" className="mono">
                    {layer}
                  </th>
                  <td className="matrix-shape">
                    {count(rows)} × {count(columns)}
                  </td>
                  <td>{dtype}</td>
                  <td>{inputs ? plural(inputs.tokens, 'token') : 'none, H = I'}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {!found.length && <p className="empty">No matrix has ‘{part.trim()}’ in its name.</p>}
        </div>
      </div>
    </>
  )
}

function Meaning({ report }: { report: OpenReport }) {
  const playground = usePlayground()
  const input = useRef<HTMLInputElement>(null)
  const layers = report.bare?.layers ?? []
  const own = layers.filter(({ inputs }) => inputs)
  // The last one: embeddings, whose inputs are no vectors, come first.
  const example = layers.findLast(({ inputs }) => !inputs)
  return (
    <div className="matrices-meaning">
      <p>
        {own.length > 0 && (
          <>
            For {own.length === layers.length ? 'every matrix' : `${count(own.length)} of them`} H = XᵀX ÷ tokens of the
            inputs that came with it.{' '}
          </>
        )}
        {example && (
          <>
            Without inputs H = I: every input counts the same, so a loss is plain rounding error, and no recipe can do
            better than rounding on the same levels. With <code>{example.layer}.inputs</code>, [tokens,{' '}
            {count(example.columns)}], beside it, the loss is that of the layer’s output.{' '}
          </>
        )}
        There is no model, so no perplexity.
      </p>
      {example && report.from === 'files' && (
        <>
          <button type="button" className="btn" onClick={() => input.current?.click()}>
            Add inputs
          </button>
          <label className="visually-hidden">
            Files of inputs
            <input
              ref={input}
              type="file"
              multiple
              accept=".safetensors"
              tabIndex={-1}
              onChange={({ target }) => {
                const files = [...(target.files ?? [])].map((blob) => ({ path: blob.name, blob }))
                if (files.length) playground.opening.add(files)
              }}
            />
          </label>
        </>
      )}
    </div>
  )
}
