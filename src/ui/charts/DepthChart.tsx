// Every layer, on one x axis: relative loss (log) above, ÷ the yardstick's loss (linear) below. recharts has the
// frames, the pointer and the keys; it is told only what changes a frame. Whatever a run moves (lines, marks, names)
// reads its data by context, and the frames come in pieces.
import { memo, useMemo } from 'react'
import { CartesianGrid, Line, LineChart, Tooltip, XAxis, YAxis } from 'recharts'
import type { DepthMark, DepthRow } from '../../store/curves.ts'
import { percentTick } from '../../store/wording.ts'
import { useLast, usePaced, useSame } from '../same.ts'
import { useTurns } from '../turns.ts'
import { useWidth } from '../width.ts'
import { valueAxis } from './axes.tsx'
import { depthFrames, type Frame } from './depth-frames.ts'
import { DepthData, DepthPlace } from './depth-context.ts'
import { DepthLabels } from './DepthLabels.tsx'
import { DepthLines, DepthTip } from './DepthLines.tsx'
import { DepthXAxis, MarkIcons, WorkingLine } from './DepthNotes.tsx'
import { decimals } from './scales.ts'

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
  /** What the figure says, in one sentence. */
  finding: string
}

/** Chart; axes; grid; what is drawn in it, and the pointer. */
const PIECES = 4

/** A frame stays at least so long. */
const RESCALE_MS = 1000

export default memo(function DepthChart(props: Props) {
  const { rows, yardstick, challenger, marks, working, shown, onSelect, finding } = props
  const [ref, width] = useWidth<HTMLDivElement>()
  const recipes = useSame(props.recipes)
  const turns = useTurns(width > 0 ? (recipes.length > 1 ? 2 : 1) * PIECES : 0)
  const small = width < 480
  const begun = rows.some(({ loss }) => Object.keys(loss).length > 0)
  const wanted = useMemo(() => depthFrames(rows, recipes, yardstick), [rows, recipes, yardstick])
  // A run that begins anew keeps the frames until it has results.
  const axes = useSame(useLast(begun ? wanted : undefined) ?? wanted)
  const loss = usePaced(useSame(axes.loss), RESCALE_MS)
  const ratio = usePaced(useSame(axes.ratio), RESCALE_MS)
  const data = useMemo(
    () => ({ rows, recipes, yardstick, challenger, marks, small, frames: { ...wanted, loss, ratio } }),
    [rows, recipes, yardstick, challenger, marks, small, wanted, loss, ratio],
  )
  const place = useMemo(() => ({ working, shown }), [working, shown])
  const common = { layers: useSame(rows.map(({ layer }) => layer)), width, small, onSelect }
  return (
    <div ref={ref} className="chart depth">
      <p className="visually-hidden">{finding}</p>
      <DepthData value={data}>
        <DepthPlace value={place}>
          {turns > 0 && <LossPanel {...common} frame={loss} pieces={Math.min(turns, PIECES)} />}
          {turns > PIECES && recipes.length > 1 && <RatioPanel {...common} frame={ratio} pieces={turns - PIECES} />}
        </DepthPlace>
      </DepthData>
    </div>
  )
})

interface PanelProps {
  /** Tensor paths along the x axis. */
  layers: readonly string[]
  frame: Frame
  pieces: number
  width: number
  small: boolean
  onSelect(layer: string): void
}

const LossPanel = memo(function LossPanel(props: PanelProps) {
  const { layers, frame, pieces, small } = props
  const points = useMemo(() => pointsOf(layers), [layers])
  return (
    <LineChart
      {...chartProps(props)}
      data={points}
      height={small ? 190 : 200}
      margin={margins(small)}
      title="Relative loss by layer and recipe"
    >
      {pieces > 1 && <XAxis {...layerAxis(layers)} height={4} axisLine={false} />}
      {pieces > 1 && <YAxis {...valueAxis(frame)} width={48} scale="log" tickFormatter={percentTick} />}
      {pieces > 2 && <CartesianGrid vertical={false} />}
      {pieces > 3 && <Tooltip {...pointer} content={<DepthTip />} />}
      {pieces > 3 && probe}
      {pieces > 3 && <DepthLines part="loss" />}
      {pieces > 3 && <WorkingLine named />}
      {pieces > 3 && <MarkIcons />}
      {pieces > 3 && <DepthLabels part="loss" />}
    </LineChart>
  )
})

const RatioPanel = memo(function RatioPanel(props: PanelProps) {
  const { layers, frame, pieces, small } = props
  const points = useMemo(() => pointsOf(layers), [layers])
  return (
    <LineChart
      {...chartProps(props)}
      data={points}
      height={240}
      margin={margins(small, small ? 44 : 30)}
      title="The same losses, divided by the yardstick’s"
    >
      {pieces > 1 && <XAxis {...layerAxis(layers)} height={40} />}
      {pieces > 1 && (
        <YAxis
          {...valueAxis(frame)}
          width={48}
          tickFormatter={(value: number) => value.toFixed(decimals(frame.ticks))}
        />
      )}
      {pieces > 2 && <CartesianGrid vertical={false} />}
      {pieces > 3 && <Tooltip {...pointer} content={nothing} />}
      {pieces > 3 && probe}
      {pieces > 3 && <DepthLines part="ratio" />}
      {pieces > 3 && <WorkingLine />}
      {pieces > 3 && <DepthLabels part="ratio" />}
      {pieces > 3 && <DepthXAxis />}
    </LineChart>
  )
})

const pointsOf = (layers: readonly string[]) => layers.map((_, index) => ({ index }))

/** Not seen: it gives the pointer its points. */
const probe = <Line dataKey="index" hide isAnimationActive={false} />
const pointer = { isAnimationActive: false, includeHidden: true, cursor: { className: 'cursor' } } as const
const nothing = () => null

function chartProps({ layers, onSelect, width }: PanelProps) {
  return {
    width,
    syncId: 'depth',
    onClick: ({ activeLabel }: { activeLabel?: string | number | undefined }) => {
      const layer = activeLabel === undefined ? undefined : layers[Math.round(Number(activeLabel))]
      if (layer !== undefined) onSelect(layer)
    },
  }
}

const margins = (small: boolean, top = 30) => ({ top, right: small ? 64 : 84, bottom: 0, left: 0 })

const layerAxis = (layers: readonly string[]) =>
  ({
    type: 'number',
    dataKey: 'index',
    domain: [-0.5, layers.length - 0.5],
    niceTicks: 'none',
    tick: false,
    tickLine: false,
  }) as const
