// Every layer, on one x axis: relative loss (log) above, ÷ the yardstick's loss (linear) below. A panel is drawn anew
// when a layer has news; what the pointer and the run move comes by context.
import { memo, type ReactNode, useCallback, useContext, useId, useMemo, useRef, useState } from 'react'
import type { DepthMark, DepthRow } from '../../store/curves.ts'
import { layerName, percentTick, signedPercent, significant } from '../../store/wording.ts'
import { recipeClass } from '../marks.tsx'
import { useWidth } from '../width.ts'
import { depthFrames } from './depth-frames.ts'
import { DepthLabels } from './DepthLabels.tsx'
import { Bands, DepthContext, DepthXAxis, MarkIcons, PointedLine, WorkingLine } from './DepthNotes.tsx'
import { type Axis, type Plot, plotOf, polyline } from './plot.ts'
import { decimals } from './scales.ts'
import { Grid, Surface, Tip } from './Surface.tsx'

interface Props {
  rows: readonly DepthRow[]
  recipes: readonly string[]
  yardstick: string
  challenger: string | undefined
  marks: readonly DepthMark[]
  /** Index of the layer under way, and of the one shown beside. */
  working: number | undefined
  shown: number | undefined
  onSelect(layer: string): void
  titles: readonly [loss: string, ratio: string]
}

export default function DepthChart(props: Props) {
  const { rows, recipes, yardstick, challenger, marks, working, shown, onSelect, titles } = props
  const [ref, width] = useWidth<HTMLDivElement>()
  const [pointed, setPointed] = useState<number>()
  const newest = useRef<number>(undefined)
  const onPoint = useCallback((index: number | undefined) => setPointed((newest.current = index)), [])
  const onPick = useCallback(() => {
    const row = newest.current === undefined ? undefined : rows[newest.current]
    if (row) onSelect(row.layer)
  }, [rows, onSelect])
  const context = useMemo(() => ({ working, shown, pointed }), [working, shown, pointed])
  const common = { rows, recipes, yardstick, challenger, width, onPoint, onPick }
  const row = pointed === undefined ? undefined : rows[pointed]
  return (
    <div ref={ref} className="chart depth">
      {width > 0 && (
        <DepthContext value={context}>
          <LossPanel {...common} marks={marks} title={titles[0]} />
          {recipes.length > 1 && <RatioPanel {...common} title={titles[1]} />}
          {row && <LayerTip row={row} plot={lossPlot(rows, width, { low: 0.1, high: 1 })} recipes={recipes} />}
        </DepthContext>
      )}
    </div>
  )
}

interface PanelProps extends Pick<Props, 'rows' | 'recipes' | 'yardstick' | 'challenger'> {
  width: number
  title: string
  onPoint(index: number | undefined): void
  onPick(): void
}

const isSmall = (width: number) => width < 480

function depthPlot(
  rows: readonly DepthRow[],
  width: number,
  height: number,
  top: number,
  bottom: number,
  y: Axis,
): Plot {
  const margin = { left: 48, right: isSmall(width) ? 64 : 84, top, bottom }
  return plotOf({ width, height, margin, x: { low: -0.5, high: rows.length - 0.5 }, y })
}

const lossPlot = (rows: readonly DepthRow[], width: number, frame: Axis) =>
  depthPlot(rows, width, isSmall(width) ? 190 : 200, 30, 4, { ...frame, log: true })

const LossPanel = memo(function LossPanel(props: PanelProps & { marks: readonly DepthMark[] }) {
  const { rows, recipes, yardstick, challenger, marks, width } = props
  const frame = depthFrames(rows, recipes, yardstick).loss
  const named = recipes.filter((name) => name === yardstick || name === challenger || name === recipes[0])
  const plot = lossPlot(rows, width, frame)
  return (
    <Panel {...props} plot={plot}>
      <Bands rows={rows} plot={plot} />
      <Grid plot={plot} ticks={frame.ticks} format={percentTick} />
      <Lines rows={rows} part="loss" recipes={recipes} challenger={challenger} plot={plot} />
      <WorkingLine rows={rows} plot={plot} named />
      <MarkIcons marks={marks} plot={plot} />
      <DepthLabels
        title="relative loss, log axis"
        rows={rows}
        part="loss"
        drawn={recipes}
        named={named}
        frame={frame}
        plot={plot}
        small={isSmall(width)}
      />
      <PointedLine rows={rows} part="loss" recipes={recipes} frame={frame} plot={plot} />
    </Panel>
  )
})

const RatioPanel = memo(function RatioPanel(props: PanelProps) {
  const { rows, recipes, yardstick, challenger, width } = props
  const small = isSmall(width)
  const { ratio: frame, outside, title: axis, remark } = depthFrames(rows, recipes, yardstick)
  const others = recipes.filter((recipe) => recipe !== yardstick && !outside.includes(recipe))
  const plot = depthPlot(rows, width, 240, small ? 44 : 30, 40, frame)
  return (
    <Panel {...props} plot={plot}>
      <Bands rows={rows} plot={plot} />
      <Grid plot={plot} ticks={frame.ticks} format={(tick) => tick.toFixed(decimals(frame.ticks))} />
      <path
        className={`reference ${recipeClass(yardstick)}`}
        d={`M${plot.left} ${plot.Y(1).toFixed(1)}H${plot.right}`}
      />
      <Lines rows={rows} part="ratio" recipes={others} challenger={challenger} plot={plot} />
      <WorkingLine rows={rows} plot={plot} />
      <DepthLabels
        title={axis}
        remark={remark}
        rows={rows}
        part="ratio"
        drawn={others}
        named={[yardstick, ...others]}
        yardstick={yardstick}
        frame={frame}
        plot={plot}
        small={small}
      />
      <DepthXAxis rows={rows} plot={plot} small={small} />
      <PointedLine rows={rows} part="ratio" recipes={others} frame={frame} plot={plot} />
    </Panel>
  )
})

/** The sheet of a panel; both panels point at the same layer. */
function Panel({ rows, title, onPoint, onPick, plot, children }: PanelProps & { plot: Plot; children: ReactNode }) {
  const { pointed = -1 } = useContext(DepthContext)
  const inside = (index: number) => Math.min(rows.length - 1, Math.max(0, index))
  return (
    <Surface
      plot={plot}
      title={title}
      onPoint={(x) => onPoint(x === undefined ? undefined : inside(Math.round(plot.xAt(x))))}
      onWalk={(by) => onPoint(inside(pointed + by))}
      onPick={onPick}
    >
      {children}
    </Surface>
  )
}

interface LinesProps extends Pick<Props, 'rows' | 'recipes' | 'challenger'> {
  part: 'loss' | 'ratio'
  plot: Plot
}

function Lines({ rows, recipes, challenger, part, plot }: LinesProps) {
  const id = useId()
  const { left, right, top, bottom, X, Y } = plot
  return (
    <g clipPath={`url(#${id})`}>
      <clipPath id={id}>
        <rect x={left} y={top} width={right - left} height={bottom - top} />
      </clipPath>
      {recipes.map((recipe) => (
        <g key={recipe} className={recipeClass(recipe)}>
          <path
            className={recipe === challenger ? 'line' : 'line thin'}
            d={polyline(
              rows.map((row) => {
                const value = row[part][recipe]
                return value === undefined ? undefined : ([X(row.index), Y(value)] as const)
              }),
            )}
          />
        </g>
      ))}
    </g>
  )
}

function LayerTip({ row, plot, recipes }: { row: DepthRow; plot: Plot; recipes: readonly string[] }) {
  const lines = recipes.flatMap((recipe) => {
    if (row.loss[recipe] === undefined) return []
    const against = row.ratio[recipe]
    const versus = against === undefined ? '' : ` (${signedPercent(against - 1)})`
    return [{ recipe, value: `${significant(row.loss[recipe], 4)}${versus}` }]
  })
  return <Tip plot={plot} x={plot.X(row.index)} head={layerName(row)} lines={lines} />
}
