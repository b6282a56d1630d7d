// Loss against moves per row inside one layer, in units of the yardstick's loss (dashed at 1.0), with the gap to it.
// recharts has the frame, the pointer and the keys, and is drawn anew only when the frame changes; the curves are
// drawn by DescentNotes, which reads the data by context. The frame comes in pieces.
import { memo, useContext, useMemo } from 'react'
import { CartesianGrid, Line, LineChart, Tooltip, XAxis, YAxis } from 'recharts'
import { type DescentData, valueAt } from '../../store/curves.ts'
import { recipeShort, significant } from '../../store/wording.ts'
import { useLast, usePaced, useSame } from '../same.ts'
import { useTurns } from '../turns.ts'
import { useWidth } from '../width.ts'
import { lowerTick, valueAxis } from './axes.tsx'
import { descentFrame, type DescentFrame } from './descent-frame.ts'
import { DescentContext, DescentNotes } from './DescentNotes.tsx'
import { decimals } from './scales.ts'
import { Tip } from './Tip.tsx'

/** Chart; axes; grid; what is drawn in it, and the pointer. */
const PIECES = 4

/** A frame stays at least so long. */
const RESCALE_MS = 400

interface Props {
  /** Undefined while the layer has nothing to show: the frame stays for the next one. */
  data: DescentData | undefined
  /** What the figure says, in one sentence; seen only where there is no data. */
  finding: string
}

export default memo(function DescentChart({ data, finding }: Props) {
  const [ref, width] = useWidth<HTMLDivElement>()
  const small = width < 440
  const kept = useLast(data)
  const frame = usePaced(useSame(useMemo(() => descentFrame(kept), [kept])), RESCALE_MS)
  const pieces = useTurns(width > 0 ? PIECES : 0)
  return (
    <div ref={ref} className="chart" style={{ height: small ? 330 : 400 }}>
      <p className={data ? 'visually-hidden' : 'empty waiting'}>{finding}</p>
      <DescentContext value={data}>
        {pieces > 0 && <Drawing frame={frame} width={width} small={small} pieces={pieces} />}
      </DescentContext>
    </div>
  )
})

interface DrawingProps {
  frame: DescentFrame
  width: number
  small: boolean
  pieces: number
}

/** Places along the x axis where the pointer stops. */
const STOPS = 80

const Drawing = memo(function Drawing({ frame, width, small, pieces }: DrawingProps) {
  const stops = useMemo(
    () => Array.from({ length: STOPS + 1 }, (_, i) => ({ x: (i * frame.width) / STOPS })),
    [frame.width],
  )
  const margin = { top: 26, right: small ? 92 : 124, bottom: 22, left: 0 }
  return (
    <LineChart width={width} height={small ? 330 : 400} data={stops} margin={margin} title="Loss against moves per row">
      {pieces > 1 && (
        <XAxis
          type="number"
          dataKey="x"
          domain={[0, frame.width]}
          ticks={frame.xTicks}
          niceTicks="none"
          tick={lowerTick}
          interval={0}
          height={26}
          tickLine
          tickMargin={4}
        />
      )}
      {pieces > 1 && (
        <YAxis
          {...valueAxis(frame)}
          width={42}
          tickFormatter={(value: number) => value.toFixed(decimals(frame.ticks))}
        />
      )}
      {pieces > 2 && <CartesianGrid vertical={false} />}
      {pieces > 3 && (
        <Tooltip isAnimationActive={false} includeHidden cursor={{ className: 'cursor' }} content={<DescentTip />} />
      )}
      {pieces > 3 && probe}
      {pieces > 3 && <DescentNotes frame={frame} small={small} />}
    </LineChart>
  )
})

/** Not seen: it gives the pointer its points. */
const probe = <Line dataKey="x" hide isAnimationActive={false} />

/** Every curve's value at the place that is pointed at. */
function DescentTip({ active = false, label }: { active?: boolean; label?: string | number }) {
  const data = useContext(DescentContext)
  if (!data || label === undefined) return null
  const lines = data.curves.flatMap(({ recipe, points }) => {
    const value = valueAt(points, Number(label))
    return value === undefined ? [] : [{ recipe, value: `${significant(value, 4)} × ${recipeShort(data.yardstick)}` }]
  })
  return <Tip shown={active} head={`${significant(Number(label), 3)} moves per row`} lines={lines} />
}
