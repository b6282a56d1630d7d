// The levels of the selected group, who moved away from the nearest and what that cost, and the errors that another clip
// range would have.
import { useMemo, useState } from 'react'
import { csv } from '../../store/csv.ts'
import { clipErrors, type ClipRange, type GroupErrors, groupView, rangeOfLevels } from '../../store/layer-levels.ts'
import { count, percent, plural, recipeTitle, significant } from '../../store/wording.ts'
import type { GroupAnswer } from '../../worker/layer-questions.ts'
import { Download } from '../download/Download.tsx'
import { recipeClass } from '../marks.tsx'
import { useWidth } from '../width.ts'
import { ColumnTable } from './ColumnTable.tsx'
import { ClipHandles } from './ClipHandles.tsx'
import { LevelPicture } from './LevelPicture.tsx'

interface Props {
  group: GroupAnswer
  recipe: string | undefined
  column: number
}

export function GroupFigure({ group, recipe, column }: Props) {
  const [ref, width] = useWidth<HTMLDivElement>()
  const view = useMemo(() => groupView(group), [group])
  const name = recipe === undefined ? 'The recipe' : recipeTitle(recipe)
  const { row, from, weights } = group
  const words = `row ${count(row)}, columns ${count(from)}–${count(from + weights.length - 1)}`
  return (
    <section className="figure span-12" aria-labelledby="the-levels">
      <header>
        <div>
          <h2 id="the-levels">
            The levels of one group <span className="quiet">{words}</span>
          </h2>
          {view ? (
            <p className="caption">
              {plural(weights.length, 'weight')} on {view.levels.length} levels. A filled dot took its nearest level.{' '}
              {view.moved > 0 ? (
                <>
                  <b className={`loud ${recipeClass(recipe ?? '')}`}>
                    {view.moved === 1 ? 'The ringed dot' : `The ${count(view.moved)} ringed dots`} moved away from it
                  </b>
                  , because that lets the errors of the other columns cancel.
                </>
              ) : (
                'No weight of this group moved away from it.'
              )}
            </p>
          ) : (
            <p className="caption">
              {group.solved
                ? `${name} rounds in another basis: its levels belong to mixtures of these weights, so the pixels above are all that can be compared.`
                : `${name} has not solved this layer yet.`}
            </p>
          )}
        </div>
        {view && <Download name="levels-of-one-group" csv={() => groupCsv(group)} />}
      </header>
      <div ref={ref} className={recipeClass(recipe ?? '')}>
        {view && width > 0 && (
          <Line key={`${row} ${from} ${view.scale}`} group={group} view={view} width={width} column={column} />
        )}
      </div>
      {view && (
        <ColumnTable
          label="This group as a table"
          heads={header}
          rows={() =>
            groupRows(group, view).map((cells) =>
              cells.map((cell, i) => (i === 1 || i === 2 ? significant(Number(cell), 4) : String(cell))),
            )
          }
        />
      )}
    </section>
  )
}

type View = NonNullable<ReturnType<typeof groupView>>

function Line({ group, view, width, column }: { group: GroupAnswer; view: View; width: number; column: number }) {
  const own = rangeOfLevels(view.levels)
  const [range, setRange] = useState<ClipRange>()
  const grid = group.solved!.grid!
  const domain = useMemo(() => {
    const all = [...group.weights, ...view.levels]
    const [low, high] = [Math.min(...all), Math.max(...all)]
    const edge = 0.05 * (high - low)
    return { low: Math.min(0, low) - edge, high: Math.max(0, high) + edge }
  }, [group, view])
  const tried = range && clipErrors(group, grid, range)
  const change = (next: ClipRange) => {
    if (grid.zeroKind === 'inside') return setRange(next)
    // The levels lie evenly around 0.
    const size = next.low !== (range ?? own).low ? -next.low : next.high
    setRange({ low: -size, high: size })
  }
  return (
    <>
      <p className="visually-hidden">
        Number line with {view.levels.length} levels from {significant(own.low, 3)} to {significant(own.high, 3)} and{' '}
        {view.dots.length} weights; {view.moved} are linked to a level that is not their nearest.
      </p>
      <LevelPicture
        view={view}
        width={width}
        column={column}
        tried={tried?.levels}
        range={range ?? own}
        domain={domain}
      />
      <ClipHandles range={range ?? own} domain={domain} width={width} change={change} />
      <div className="group-facts">
        <p>
          scale {significant(view.scale, 4)} · zero {significant(view.zero, 3)} · {count(view.moved)} of{' '}
          {count(view.dots.length)} away from nearest · dashes: where nearest changes from one level to the next
        </p>
        <div className="scroller plain-scroller" tabIndex={0} role="region" aria-label="Errors of this group">
          <table>
            <thead>
              <tr>
                <th scope="col">Error of this group</th>
                <th scope="col" className="number">
                  squared
                </th>
                <th scope="col" className="number">
                  weighted by diag H
                </th>
              </tr>
            </thead>
            <tbody>
              <ErrorRow name="as it is" errors={view.errors} />
              <ErrorRow name="every weight on its nearest level" errors={view.nearest} base={view.errors} />
              {tried && range && (
                <ErrorRow
                  name={`levels from ${significant(tried.levels[0], 3)} to ${significant(tried.levels[tried.levels.length - 1], 3)}, nearest`}
                  errors={tried.errors}
                  base={view.nearest}
                />
              )}
            </tbody>
          </table>
        </div>
        <p className="hint">
          {range ? (
            <button type="button" className="btn small" onClick={() => setRange(undefined)}>
              Back to its own range
            </button>
          ) : (
            'Drag the two handles under the line, or focus them and press arrow keys, to see the error of another clip range. '
          )}{' '}
          The loss counts the errors of all columns together, so a group may pay here for what it saves elsewhere.
        </p>
      </div>
    </>
  )
}

function ErrorRow({ name, errors, base }: { name: string; errors: GroupErrors; base?: GroupErrors }) {
  const cell = (value: number | undefined, of: number | undefined) => {
    if (value === undefined) return '·'
    const change = of ? value / of - 1 : undefined
    const text = change === undefined || Math.abs(change) < 5e-4 ? '' : ` (${change > 0 ? '+' : ''}${percent(change)})`
    return `${significant(value, 4)}${text}`
  }
  return (
    <tr>
      <th scope="row">{name}</th>
      <td className="number">{cell(errors.squared, base?.squared)}</td>
      <td className="number">{cell(errors.weighted, base?.weighted)}</td>
    </tr>
  )
}

const header = ['column', 'w', 'ŵ', 'code', 'nearest code']

function groupRows({ solved, weights }: GroupAnswer, view: View): (string | number)[][] {
  return view.dots.map(({ column, code, nearest }, i) => [column, weights[i], solved!.values[i], code, nearest])
}

function groupCsv(group: GroupAnswer): string {
  return csv([header, ...groupRows(group, groupView(group)!)])
}
