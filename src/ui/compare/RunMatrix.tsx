// Bits × recipe: every cell a number or a button that runs it. Fuller colour is more loss; ringed is the best of a
// column.
import { memo, useMemo } from 'react'
import { csv } from '../../store/csv.ts'
import {
  cellText,
  evaluated,
  evaluationWords,
  lowerWins,
  matrixOf,
  type Measure,
  type MatrixCell,
  measures,
  measureWords,
  valueText,
} from '../../store/matrix.ts'
import { recipes as presets } from '../../quantize/recipes.ts'
import { groupWords, recipeShort, recipeTitle } from '../../store/wording.ts'
import { Download } from '../download/Download.tsx'
import { Glyph, recipeClass } from '../marks.tsx'
import { Segments } from '../Segments.tsx'
import { RecipeOptions } from '../RecipeOptions.tsx'
import { usePlayground, useSession } from '../session.ts'
import { KeptLine, MatrixJob } from './MatrixJob.tsx'
import { type Results, useMatrix, useOpenRun } from './results.ts'

export const RunMatrix = memo(function RunMatrix({ results }: { results: Results }) {
  const { records, scope, fixed } = results
  const { matrix } = usePlayground()
  const openRun = useOpenRun()
  const plan = useSession((session) => session.plan)
  const measure = useMatrix((state) => state.measure)
  const more = useMatrix((state) => state.more)
  const waiting = useMatrix((state) => state.job?.waiting)
  const problem = useMatrix((state) => state.problem)
  const { recipes, group, heldOut, windows } = plan
  const view = useMemo(
    () => (scope ? matrixOf(records, { recipes: [...recipes, ...more], group, measure, scope }) : undefined),
    [records, recipes, more, group, measure, scope],
  )
  const words = measureWords[measure]
  const able = !fixed && scope !== undefined
  const layers = records[0]?.layers.length
  const table = () =>
    csv([
      ['recipe', ...(view?.bits ?? []).map((bits) => `${bits} bits, ${words.long}`)],
      ...(view?.rows ?? []).map((row) => [row[0].recipe, ...row.map(({ value }) => value)]),
    ])
  return (
    <section className="figure span-6" aria-label="Bits and recipes">
      <header>
        <div>
          <h2>Bits × recipe</h2>
          <p className="caption">
            {capital(words.long)}
            {layers !== undefined && !evaluated(measure) && ` of ${layers} layers`}, {words.unit}; {groupWords(group)}.
            Ringed is the {lowerWins(measure) ? 'lowest' : 'highest'} of its column. Press a cell to open its run.
          </p>
        </div>
        <Download name="matrix" title="the matrix" csv={table} disabled={!records.length} />
      </header>
      <Segments<Measure>
        label="Measure"
        hideLabel
        small
        segments={measures
          .filter((one) =>
            one !== 'kl' && one !== 'top1' ? true : records.some(({ perplexity }) => perplexity && one in perplexity),
          )
          .map((value) => ({
            value,
            label: measureWords[value].short,
            ...reasonAgainst(value, heldOut, windows, fixed),
          }))}
        value={measure}
        onChange={(value) => matrix.store.setState({ measure: value })}
      />
      {problem !== undefined && !fixed && <p className="note error">{problem}</p>}
      {view && (
        <table className="matrix">
          <thead>
            <tr>
              <th scope="col">Recipe</th>
              {view.bits.map((bits) => (
                <th key={bits} scope="col" className="n">
                  {bits} bits
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {view.rows.map((row) => (
              <tr key={row[0].recipe}>
                <th scope="row">
                  <span className={`who ${recipeClass(row[0].recipe)}`} title={recipeTitle(row[0].recipe)}>
                    <Glyph recipe={row[0].recipe} />
                    <span className="long">{recipeTitle(row[0].recipe)}</span>
                    <span className="short" aria-hidden="true">
                      {recipeShort(row[0].recipe)}
                    </span>
                  </span>
                </th>
                {row.map((cell) => (
                  <td key={cell.bits}>
                    <CellButton
                      cell={cell}
                      measure={measure}
                      able={able}
                      asked={
                        waiting?.some(
                          (one) => one.recipe === cell.recipe && one.bits === cell.bits && one.group === cell.group,
                        ) ?? false
                      }
                      onOpen={() => openRun(cell)}
                      onRun={() => void matrix.run([cell])}
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {scope && evaluated(measure) && evaluationWords(records, scope) && (
        <p className="chip">{evaluationWords(records, scope)}</p>
      )}
      {able && view && <MatrixJob missing={view.missing} picker={<Picker shown={view.recipes} />} />}
      {fixed && <p className="note">A recording is shown: its own results are here. New cells need WebGPU.</p>}
      {!fixed && <KeptLine results={results} />}
    </section>
  )
})

const capital = (text: string) => text[0].toUpperCase() + text.slice(1)

function reasonAgainst(measure: Measure, heldOut: number, windows: number, fixed: boolean): { reason?: string } {
  if (fixed) return {}
  if (measure === 'heldOut' && heldOut === 0)
    return { reason: 'The plan keeps no held-out windows; Calibration sets their number' }
  if (evaluated(measure) && windows === 0)
    return { reason: 'The plan has 0 evaluation windows; Calibration sets their number' }
  return {}
}

interface CellProps {
  cell: MatrixCell
  measure: Measure
  able: boolean
  /** Waits for its turn, or is being run. */
  asked: boolean
  onOpen(): void
  onRun(): void
}

function CellButton({ cell, measure, able, asked, onOpen, onRun }: CellProps) {
  const { value, best, shade, bits, recipe } = cell
  const name = `${recipeTitle(recipe)} at ${bits} bits`
  if (value === undefined)
    return able ? (
      <button
        type="button"
        className="cell empty"
        disabled={asked}
        aria-label={`${asked ? 'Waiting:' : 'Run'} ${name}`}
        onClick={onRun}
      >
        {asked ? '…' : 'run'}
      </button>
    ) : (
      <span className="cell empty">–</span>
    )
  const words = `${name}: ${measureWords[measure].long} ${valueText(value, measure)}`
  return (
    <button
      type="button"
      className={`cell shade-${shade}${best ? ' best' : ''}`}
      aria-label={`${words}${best ? ', best of its column' : ''}. Open this run`}
      title={words}
      onClick={onOpen}
    >
      {cellText(value, measure)}
    </button>
  )
}

/** More rows: published recipes that have none yet. */
function Picker({ shown }: { shown: readonly string[] }) {
  const { matrix } = usePlayground()
  const left = presets.filter(({ name }) => !shown.includes(name))
  if (!left.length) return null
  return (
    <select
      className="select"
      aria-label="Add a recipe"
      value=""
      onChange={({ target }) => matrix.store.setState(({ more }) => ({ more: [...more, target.value] }))}
    >
      <option value="" disabled>
        Add a recipe
      </option>
      <RecipeOptions recipes={left} />
    </select>
  )
}
