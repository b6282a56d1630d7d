// Two weights as a point among the whole levels, with curves of equal loss: leaning ellipses, or circles where the plane
// is drawn in the metric of H (p ↦ R p, H = RᵀR), which is GPTQ as Babai's nearest plane. The point can be dragged; two
// sliders below do the same by keys.
import { type PointerEvent, useRef, useState } from 'react'
import { choleskyUpper } from '../../math/linear.ts'
import { significant } from '../../store/wording.ts'
import { useWidth } from '../width.ts'
import { Arrow, LatticeEnding, type Pixel } from './LatticeMarks.tsx'
import { type Pair, solveTwo, type TwoSolved, type TwoWeights } from './two-weights.ts'

export interface LatticeState extends TwoWeights {
  /** Which endings are drawn. */
  show: readonly ('rtn' | 'gptq' | 'descent')[]
  ellipses: boolean
  /** The lines of equal first level, and the one GPTQ takes. */
  planes: boolean
  /** Drawn in the metric of H. */
  metric: boolean
}

/** Middle of the picture, in levels. */
const MIDDLE: Pair = [2.85, 4.62]
const KEPT = 0.05

export function Lattice({ state, move }: { state: LatticeState; move(weights: Pair): void }) {
  const [ref, width] = useWidth<HTMLDivElement>()
  const solved = solveTwo(state)
  return (
    <div ref={ref} className="chart lattice">
      {width > 0 && <Drawing state={state} solved={solved} width={width} move={move} />}
    </div>
  )
}

interface DrawingProps {
  state: LatticeState
  solved: TwoSolved
  width: number
  move(weights: Pair): void
}

/** Levels to pixels and back. */
function frameOf({ metric }: LatticeState, solved: TwoSolved, width: number) {
  const small = width < 480
  const height = small ? 340 : Math.round(Math.min(600, width * 0.72))
  const [left, bottom] = metric ? [0, 0] : [30, 34]
  const unit = (width - left) / (small ? 4.3 : 5)
  const R = choleskyUpper(solved.problem.hessian, 2)!
  const [a, b, d] = metric ? [R[0], R[1], R[3]].map((x) => x / Math.sqrt(R[0] * R[3])) : [1, 0, 1]
  const [x0, y0] = [left + (width - left) / 2, (height - bottom) / 2]
  const place = ([w1, w2]: Pair): Pixel => {
    const [dx, dy] = [w1 - MIDDLE[0], w2 - MIDDLE[1]]
    return [x0 + unit * (a * dx + b * dy), y0 - unit * d * dy]
  }
  const back = ([x, y]: Pixel): Pair => {
    const dy = (y0 - y) / unit / d
    return [MIDDLE[0] + ((x - x0) / unit - b * dy) / a, MIDDLE[1] + dy]
  }
  /** The curve of this loss round the true weights. */
  const contour = (loss: number) => {
    const [w1, w2] = solved.problem.weights
    const points = Array.from({ length: 73 }, (_, i) => {
      const [u, v] = [Math.cos((i * Math.PI) / 36), Math.sin((i * Math.PI) / 36)].map((x) => x * Math.sqrt(loss))
      const dy = v / R[3]
      return place([w1 + (u - R[1] * dy) / R[0], w2 + dy])
    })
    return `M${points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}Z`
  }
  return { small, height, left, bottom, place, back, contour }
}

function Drawing({ state, solved, width, move }: DrawingProps) {
  const { show, ellipses, planes, metric, weights } = state
  const frame = frameOf(state, solved, width)
  const { small, height, left, bottom, place, contour } = frame
  const inside = ([x, y]: Pixel) => x > left - 4 && x < width + 4 && y > -4 && y < height - bottom + 4
  const codes = Array.from({ length: 8 }, (_, code) => code)
  const points = codes.flatMap((a) => codes.map((b) => place([a, b]))).filter(inside)
  const ends = [
    { name: 'rtn', recipe: 'rtn', title: 'RTN', ...solved.nearest },
    { name: 'gptq', recipe: 'gptq', title: 'GPTQ', ...solved.gptq },
    { name: 'descent', recipe: 'cdquant', title: 'Descent', ...solved.descent },
  ].filter(({ name }) => show.includes(name as 'rtn'))
  const clip = metric ? 'lattice-clip-metric' : 'lattice-clip'
  const [w, z1] = [place(weights), solved.gptq.codes[0]]
  const turn = place([z1, solved.gptq.target])
  const path = solved.descent.path.map(place)
  return (
    <svg className="notes" width={width} height={height} role="img" aria-label={summary(state, solved)}>
      <clipPath id={clip}>
        <rect x={left} y={0} width={width - left} height={height - bottom} />
      </clipPath>
      <g clipPath={`url(#${clip})`}>
        {ellipses && [1.6, 0.9].map((loss) => <path key={loss} className="contour far" d={contour(loss)} />)}
        {ellipses &&
          [...ends]
            .sort((a, b) => b.loss - a.loss)
            .map(({ name, recipe, loss }) => (
              <g key={name} className={`m-${recipe}`}>
                <path className="contour" d={contour(Math.max(loss, 1e-6))} />
              </g>
            ))}
        {codes.map((code) => (
          <g key={code}>
            <Line
              from={place([code, -20])}
              to={place([code, 30])}
              kind={planes ? (code === z1 ? 'taken' : 'plane') : 'grid'}
            />
            {!planes && <Line from={place([-20, code])} to={place([30, code])} kind="grid" />}
          </g>
        ))}
        {points.map(([x, y]) => (
          <circle key={`${x} ${y}`} className="level-point" cx={x} cy={y} r={small ? 3 : 4} />
        ))}
      </g>
      {!metric && <Axes frame={frame} width={width} />}
      {show.includes('rtn') && <Arrow recipe="rtn" from={w} to={place(solved.nearest.codes)} />}
      {show.includes('gptq') && (
        <>
          <Arrow recipe="gptq" from={w} to={turn} short={4} />
          <Arrow recipe="gptq" from={turn} to={place(solved.gptq.codes)} late={6} />
          <g className="m-gptq">
            <circle className="turn" cx={turn[0]} cy={turn[1]} r={4} />
          </g>
          {!small && (
            <text className="halo m-gptq makes-up" x={turn[0] + 12} y={turn[1] + 4}>
              makes up: w₂ → {significant(solved.gptq.target, 3)}
            </text>
          )}
        </>
      )}
      {show.includes('descent') &&
        path.slice(1).map((to, i) => <Arrow key={i} recipe="cdquant" from={path[i]} to={to} late={13} short={15} />)}
      {ends.map((end) => (
        <LatticeEnding
          key={end.name}
          {...end}
          at={place(end.codes)}
          away={w}
          width={width}
          small={small}
          others={ends.filter(({ codes: [a, b] }) => a === end.codes[0] && b === end.codes[1]).map(({ name }) => name)}
          titles={Object.fromEntries(ends.map(({ name, title }) => [name, title]))}
        />
      ))}
      <Handle at={w} back={frame.back} move={move} small={small} />
    </svg>
  )
}

function Line({ from, to, kind }: { from: Pixel; to: Pixel; kind: 'grid' | 'plane' | 'taken' }) {
  return <path className={`lattice-line ${kind}`} d={`M${from.join(' ')}L${to.join(' ')}`} />
}

function Axes({ frame, width }: { frame: ReturnType<typeof frameOf>; width: number }) {
  const { height, left, bottom, place } = frame
  const low = height - bottom
  const codes = Array.from({ length: 8 }, (_, code) => code)
  return (
    <g className="lattice-axes">
      <path d={`M${left} 0V${low}H${width}`} />
      {codes.map((code) => {
        const x = place([code, 0])[0]
        return x < left || x > width ? null : (
          <g key={code}>
            <path d={`M${x} ${low - 5}v10`} />
            <text x={x} y={low + 22} textAnchor="middle">
              {code}
            </text>
          </g>
        )
      })}
      {codes.map((code) => {
        const y = place([0, code])[1]
        return y < 8 || y > low - 8 ? null : (
          <g key={code}>
            <path d={`M${left - 5} ${y}h10`} />
            <text x={left - 13} y={y + 4} textAnchor="end">
              {code}
            </text>
          </g>
        )
      })}
      <text className="letter halo" x={width - 4} y={low - 10} textAnchor="end">
        w₁
      </text>
      <text className="letter halo" x={left + 10} y={16}>
        w₂
      </text>
    </g>
  )
}

/** The true weights: an open circle that follows the pointer. */
function Handle({
  at: [x, y],
  back,
  move,
  small,
}: {
  at: Pixel
  back(pixel: Pixel): Pair
  move(weights: Pair): void
  small: boolean
}) {
  const svg = useRef<SVGGElement>(null)
  const [held, setHeld] = useState(false)
  const follow = (event: PointerEvent) => {
    const box = svg.current?.ownerSVGElement?.getBoundingClientRect()
    if (!held || !box) return
    const within = (value: number) => Number(Math.min(7 - KEPT, Math.max(KEPT, value)).toFixed(2))
    const [a, b] = back([event.clientX - box.left, event.clientY - box.top])
    move([within(a), within(b)])
  }
  return (
    <g
      ref={svg}
      className="handle"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        setHeld(true)
      }}
      onPointerMove={follow}
      onPointerUp={() => setHeld(false)}
      onPointerCancel={() => setHeld(false)}
    >
      <circle className="reach" cx={x} cy={y} r={24} />
      <circle className="ring" cx={x} cy={y} r={small ? 7 : 8} />
    </g>
  )
}

function summary({ weights, show }: LatticeState, { nearest, gptq, descent }: TwoSolved): string {
  const [a, b] = weights.map((value) => significant(value, 3))
  const told = {
    rtn: ['The nearest', nearest],
    gptq: ['GPTQ', gptq],
    descent: ['Coordinate descent', descent],
  } as const
  const ends = show.map((name) => {
    const [title, { codes, loss }] = told[name]
    return `${title} is (${codes.join(', ')}), loss ${significant(loss, 3)}.`
  })
  return `Two weights, ${a} and ${b}, as a point among whole levels. ${ends.join(' ')}`
}
