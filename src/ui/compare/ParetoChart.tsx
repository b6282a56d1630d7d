// Size against loss: every result a mark at its effective bits per weight, the frontier a line. recharts has the frame;
// marks are buttons that open their run, arrow keys walk them.
import { memo, useDeferredValue, useMemo, useState } from 'react'
import { CartesianGrid, ScatterChart, XAxis, YAxis } from 'recharts'
import { csv } from '../../store/csv.ts'
import { type Measure, measureWords, valueText } from '../../store/matrix.ts'
import { type ParetoPoint, paretoPoints } from '../../store/pareto.ts'
import { groupWords, list, plural, recipeTitle, significant } from '../../store/wording.ts'
import { lowerTick, valueAxis } from '../charts/axes.tsx'
import { Tip } from '../charts/Tip.tsx'
import { Download } from '../download/Download.tsx'
import { useSame } from '../same.ts'
import { usePlayground, useSession } from '../session.ts'
import { useTurns } from '../turns.ts'
import { useWidth } from '../width.ts'
import { paretoFrame } from './pareto-frame.ts'
import { ParetoMarks } from './ParetoMarks.tsx'
import { ParetoTable } from './ParetoTable.tsx'
import { type Results, useMatrix, useOpenRun } from './results.ts'

function emptyWords(measure: Measure, sizeless: boolean): string {
  if (sizeless) return `This recording does not tell size and ${measureWords[measure].long} of its results.`
  return measure === 'loss'
    ? 'Every result is a mark here. Run a cell of the matrix, or a plan on Play.'
    : `No result has a ${measureWords[measure].long} yet. Run a cell of the matrix.`
}

/** Frame; axes and grid; marks. */
const PIECES = 3

export default memo(function ParetoChart(props: { results: Results }) {
  // Marks may come a moment after the numbers.
  const results = useDeferredValue(props.results)
  const { records, scope, fixed } = results
  const open = useOpenRun()
  const [ref, width] = useWidth<HTMLDivElement>()
  const chosen = useMatrix((state) => state.measure)
  const budget = useMatrix((state) => state.budget)
  // A ratio says nothing about size.
  const measure: Measure = chosen === 'ratio' ? 'loss' : chosen
  const words = measureWords[measure]
  const points = useMemo(() => (scope ? paretoPoints(records, measure, scope) : []), [records, measure, scope])
  const unquantized = useMemo(
    () =>
      measure === 'perplexity'
        ? records.find(({ evaluation, unquantized }) => unquantized && evaluation?.digest === scope?.evaluation)
            ?.unquantized?.value
        : undefined,
    [records, measure, scope],
  )
  const frame = useSame(
    useMemo(
      () => paretoFrame(points, measure, unquantized === undefined ? [] : [unquantized], budget),
      [points, measure, unquantized, budget],
    ),
  )
  const [active, setActive] = useState<ParetoPoint>()
  const turns = useTurns(width > 0 && points.length ? PIECES : 0)
  const small = width < 480
  const height = small ? 380 : 424
  const openPoint = (point: ParetoPoint) => {
    const record = records.find(({ key }) => key === point.key)
    if (record) open(record)
  }
  const table = () =>
    csv([
      ['recipe', 'bits', 'group', 'effective bits', words.long, 'frontier'],
      ...points.map(({ recipe, bits, group, mixed, x, y, frontier }) => [
        ...[recipe, mixed ? 'mixed' : bits, group, x, y, frontier ? 'yes' : 'no'],
      ]),
    ])
  return (
    <section className="figure span-6" aria-label="Size against loss">
      <header>
        <div>
          <h2>Size against {measure === 'loss' || measure === 'heldOut' ? 'loss' : words.long}</h2>
          <p className="caption">
            Effective bits count scales and zero points{groupCost(points)}. The line joins the results that nothing
            beats.
          </p>
        </div>
        <Download name="size" title="size against loss" csv={table} disabled={!points.length} />
      </header>
      <div ref={ref} className={points.length ? 'chart pareto' : 'empty chart pareto'} style={{ minHeight: height }}>
        {points.length === 0 ? (
          <p>{emptyWords(measure, fixed && records.length > 0)}</p>
        ) : (
          <>
            <p className="visually-hidden">{finding(points, measure)}</p>
            {turns > 0 && (
              <ScatterChart
                width={width}
                height={height}
                margin={{ top: 30, right: small ? 72 : 88, bottom: 0, left: 0 }}
                accessibilityLayer={false}
                role="group"
                title={`Effective bits per weight against ${words.long}`}
              >
                {turns > 1 && (
                  <XAxis
                    type="number"
                    dataKey="x"
                    domain={[frame.x.low, frame.x.high]}
                    ticks={frame.x.ticks}
                    niceTicks="none"
                    interval={0}
                    height={44}
                    tick={lowerTick}
                    allowDataOverflow
                  />
                )}
                {turns > 1 && (
                  <YAxis
                    {...valueAxis(frame.y)}
                    dataKey="y"
                    width={50}
                    scale={frame.log ? 'log' : 'linear'}
                    tickFormatter={(value: number) => tickText(value, measure)}
                  />
                )}
                {turns > 1 && <CartesianGrid vertical={false} />}
                {turns > 2 && (
                  <ParetoMarks
                    frame={frame}
                    measure={measure}
                    unquantized={unquantized}
                    budget={budget}
                    small={small}
                    onActive={setActive}
                    onOpen={openPoint}
                  />
                )}
              </ScatterChart>
            )}
            <div className="pareto-tip">
              <Tip
                shown={active !== undefined}
                head={active ? pointWords(active) : ''}
                lines={
                  active
                    ? [
                        {
                          recipe: active.recipe,
                          value: `${valueText(active.y, measure)} at ${significant(active.x, 3)} bits`,
                        },
                      ]
                    : []
                }
              />
            </div>
          </>
        )}
      </div>
      {points.length > 0 && <ParetoTable points={points} measure={measure} onOpen={openPoint} />}
      {!fixed && scope && <MoreGroups results={results} />}
    </section>
  )
})

function tickText(value: number, measure: Measure): string {
  const share = measure === 'loss' || measure === 'heldOut' || measure === 'top1'
  return share ? `${Number((value * 100).toPrecision(3))}\u202f%` : String(Number(value.toPrecision(4)))
}

function pointWords({ recipe, bits, group, mixed }: ParetoPoint): string {
  return `${recipeTitle(recipe)}, ${mixed ? 'mixed bits' : `${bits} bits`}, ${groupWords(group)}`
}

/** ': groups of 64 add 0.30', of the smallest groups that are there. */
function groupCost(points: readonly ParetoPoint[]): string {
  const plain = points.filter(({ mixed, group, recipe }) => !mixed && group > 0 && recipe === points[0].recipe)
  const point = plain.toSorted((a, b) => a.group - b.group)[0]
  return point ? `: ${groupWords(point.group)} add ${(point.x - point.bits).toFixed(2)}` : ''
}

function finding(points: readonly ParetoPoint[], measure: Measure): string {
  const line = points.filter(({ frontier }) => frontier)
  const [first, last] = [line[0], line[line.length - 1]]
  const of = (point: ParetoPoint) =>
    `${valueText(point.y, measure)} at ${significant(point.x, 3)} bits (${pointWords(point)})`
  const ends = first === last ? of(first) : `from ${of(first)} to ${of(last)}`
  return `${plural(points.length, 'result')}; the frontier has ${line.length}: ${measureWords[measure].long} ${ends}.`
}

const GROUPS = [32, 64, 128]

/** Results of other group sizes at the plan's bits. */
function MoreGroups({ results: { records } }: { results: Results }) {
  const { matrix } = usePlayground()
  const { recipes, bits } = useSession((session) => session.plan)
  const layers = useSession((session) => session.opened?.layers)
  const narrowest = Math.min(...(layers ?? []).map(({ columns }) => columns))
  const groups = GROUPS.filter((group) => group <= narrowest)
  const missing = groups
    .flatMap((group) => recipes.map((recipe) => ({ recipe, bits, group })))
    .filter(
      ({ recipe, group }) =>
        !records.some((one) => one.recipe === recipe && one.bits === bits && one.group === group && !one.layerBits),
    )
  if (!missing.length) return null
  const left = groups.filter((group) => missing.some((cell) => cell.group === group))
  return (
    <div className="job">
      <button type="button" className="btn" onClick={() => void matrix.run(missing)}>
        Add groups of {list(left.map(String))} at {bits} bits
      </button>
      <span className="note">{plural(missing.length, 'cell')}; progress stands under the matrix</span>
    </div>
  )
}
