// What every column adds to the loss, against the yardstick: bars for the recipe, an outline for the yardstick.
import { useMemo, useState } from 'react'
import { csv } from '../../store/csv.ts'
import { binName, binned, binsOf, type Bins, type ColumnOrder } from '../../store/layer-columns.ts'
import { count, percent, recipeShort, significant } from '../../store/wording.ts'
import type { LayerAnswer } from '../../worker/layer-questions.ts'
import { linearFrame } from '../charts/scales.ts'
import { Download } from '../download/Download.tsx'
import { recipeClass } from '../marks.tsx'
import { Segments } from '../Segments.tsx'
import { useWidth } from '../width.ts'
import { useAnswer } from './answer.ts'
import { ColumnChart, fiveTicks, useScales } from './ColumnChart.tsx'
import { ColumnTable } from './ColumnTable.tsx'

interface Props {
  layer: string
  info: LayerAnswer
  recipe: string
  moment: number | undefined
  /** Absent where the recipe is the yardstick, or there is none. */
  yardstick: string | undefined
  /** tr(W H Wᵀ) */
  energy: number
  of: unknown
}

/** More multiply-adds than this are for the device. */
const MOST_BESIDE = 5e8
/** Shares are shown in so many parts of the output's energy. */
const UNIT = 1e-4
/** A narrower bar has no room for an outline round it. */
const LEAST_PIXELS = 5

export function ColumnsFigure({ layer, info, recipe, moment, yardstick, energy, of }: Props) {
  const [order, setOrder] = useState<ColumnOrder>('natural')
  const { rows, columns, diagonal, without } = info
  const kind = rows * columns * columns > MOST_BESIDE ? 'layer-columns-on-device' : 'layer-columns'
  const own = useAnswer(kind, diagonal && { layer, recipe, ...(moment !== undefined && { moment }) }, of)
  const other = useAnswer(kind, diagonal && yardstick !== undefined ? { layer, recipe: yardstick } : undefined, of)
  const [ref, width] = useWidth<HTMLElement>()
  const most = width > 0 ? Math.floor(width / LEAST_PIXELS) : undefined
  const bins = useMemo(() => binsOf(columns, order, diagonal, most), [columns, order, diagonal, most])
  const shares = useMemo(
    () => (own.answer?.shares.length === columns ? scaled(own.answer.shares, bins, energy) : undefined),
    [own.answer, bins, columns, energy],
  )
  const against = useMemo(
    () => (other.answer?.shares.length === columns ? scaled(other.answer.shares, bins, energy) : undefined),
    [other.answer, bins, columns, energy],
  )
  const name = recipeShort(recipe)
  const problem = without ?? own.problem ?? other.problem
  const late = shares && against && lateGap(shares, against)
  const last = Math.ceil(bins.count / 3)
  const finding =
    late !== undefined && yardstick !== undefined
      ? `In the last third of the columns ${name} is ${late < 0 ? `${percent(-late)} below` : `${percent(late)} above`} ${recipeShort(yardstick)}.`
      : ''
  return (
    <section ref={ref} className="figure span-12" aria-labelledby="by-column">
      <header>
        <div>
          <h2 id="by-column">Error by column</h2>
          <p className="caption">
            Each column’s part of the loss,{' '}
            <span className="math">
              Σ<sub>r</sub> <i>E</i>
              <sub>rj</sub> (<i>E H</i>)<sub>rj</sub>
            </span>
            ; all of them together are the loss. GPTQ goes once from left to right and the late columns pay; a descent
            can return to any of them. {order === 'natural' ? finding : ''}
            {bins.each > 1 && ` Each bar is ${bins.each} columns.`}
          </p>
        </div>
        <div className="chips" data-not-in-picture="">
          <Segments<ColumnOrder>
            label="Column order"
            hideLabel
            small
            segments={[
              { value: 'natural', label: 'natural order' },
              { value: 'diagonal', label: 'by diagonal' },
            ]}
            value={order}
            onChange={setOrder}
          />
          <Download
            name="error-by-column"
            disabled={!own.answer}
            csv={() =>
              csv([
                ['column', 'H_jj', recipe, ...(other.answer && yardstick ? [yardstick] : [])],
                ...Array.from(own.answer!.shares, (share, j) => [
                  j,
                  diagonal![j],
                  share,
                  ...(other.answer ? [other.answer.shares[j]] : []),
                ]),
              ])
            }
          />
        </div>
      </header>
      {shares ? (
        <>
          <ColumnChart
            title="Part of the loss by column"
            finding={`Part of the loss of ${name} by column${yardstick ? `, against ${recipeShort(yardstick)}` : ''}. ${finding}`}
            count={bins.count}
            frame={frameOf(shares, against)}
            format={(tick) => significant(tick, Math.abs(tick) < 1 ? 1 : 2)}
            ticks={order === 'natural' ? fiveTicks(bins.count, (bin) => String(bins.order[bin * bins.each])) : []}
            height={270}
            yName="part of the loss, × 10⁻⁴ of the output energy"
            xName={order === 'natural' ? 'column' : 'columns, largest Hessian diagonal first'}
            tip={(bin) => ({
              head: `Column ${binName(bins, bin, order === 'natural')}`,
              lines: [
                `${name} ${significant(shares[bin], 3)}`,
                ...(against && yardstick ? [`${recipeShort(yardstick)} ${significant(against[bin], 3)}`] : []),
              ],
            })}
          >
            <Bars shares={shares} against={against} recipe={recipe} yardstick={yardstick} />
          </ColumnChart>
          <p className="legend">
            <span className={recipeClass(recipe)}>
              <i className="bar" /> <b>{name}</b> bars{own.waiting && ', of the moment before'}
            </span>
            {yardstick && against && (
              <span className={recipeClass(yardstick)}>
                <i className="outline" /> <b>{recipeShort(yardstick)}</b> outline
              </span>
            )}
          </p>
          <ColumnTable
            label="Error by column as a table"
            heads={[
              'column',
              `${name}, × 10⁻⁴`,
              ...(against && yardstick ? [`${recipeShort(yardstick)}, × 10⁻⁴`] : []),
            ]}
            rows={() =>
              shares.map((share, bin) => [
                binName(bins, bin, order === 'natural'),
                significant(share, 4),
                ...(against ? [significant(against[bin], 4)] : []),
              ])
            }
            note={last > 0 ? `${count(bins.count)} lines.` : ''}
          />
        </>
      ) : (
        <p className="empty">{problem ?? 'Working it out from the Hessian …'}</p>
      )}
    </section>
  )
}

const scaled = (shares: Float32Array, bins: Bins, energy: number) =>
  binned(shares, bins, 'sum').map((share) => share / (UNIT * energy))

function frameOf(shares: readonly number[], against: readonly number[] | undefined) {
  const all = [...shares, ...(against ?? [])]
  return linearFrame(Math.min(0, ...all), Math.max(...all, 1e-9), 5)
}

/** Sum over the last third ÷ the yardstick's, minus 1. */
function lateGap(shares: readonly number[], against: readonly number[]): number | undefined {
  const from = Math.floor((2 * shares.length) / 3)
  const sum = (values: readonly number[]) => values.slice(from).reduce((total, value) => total + value, 0)
  const below = sum(against)
  return below > 0 ? sum(shares) / below - 1 : undefined
}

function Bars({
  shares,
  against,
  recipe,
  yardstick,
}: {
  shares: readonly number[]
  against: readonly number[] | undefined
  recipe: string
  yardstick: string | undefined
}) {
  const scales = useScales()
  if (!scales) return null
  const { X, Y, plot } = scales
  const width = X(1) - X(0)
  const thin = width > 3 ? 0.6 : 0
  const zero = Y(0)
  const bars = shares.map((share, i) => `M${X(i) + thin} ${zero}V${Y(share)}h${width - 2 * thin}V${zero}Z`).join('')
  const outline = against?.map((share, i) => `${i ? 'V' : `M${X(0)} `}${Y(share)}H${X(i + 1)}`).join('')
  return (
    <g className="notes">
      <path className={`bars ${recipeClass(recipe)}`} d={bars} />
      {outline && <path className={`outline ${recipeClass(yardstick ?? '')}`} d={outline} />}
      <path className="base" d={`M${plot.x} ${zero}H${plot.x + plot.width}`} />
    </g>
  )
}
