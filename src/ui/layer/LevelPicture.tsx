// The number line of a group: its levels as ticks, every weight a dot, those away from their nearest level ringed, with
// an arrow to the level they took. A group of many weights shows the rest as columns of a histogram.
import { useMemo } from 'react'
import type { ClipRange, Dot, GroupView } from '../../store/layer-levels.ts'
import { significant } from '../../store/wording.ts'

interface Props {
  view: GroupView
  width: number
  /** Column of the selected weight. */
  column: number
  /** Levels of a range that is tried out. */
  tried: Float32Array | undefined
  range: ClipRange
  /** Numbers from left to right. */
  domain: { low: number; high: number }
}

/** More dots than this become a histogram, and more rings are not drawn. */
const MOST_DOTS = 400
const MOST_RINGS = 160
/** So many arrows are drawn thinner. */
const MANY = 30
const BINS = 90

export const PICTURE_HEIGHT = 220
export const BASE = 168

export function LevelPicture({ view, width, column, tried, range, domain }: Props) {
  const { levels, dots } = view
  const X = (value: number) => ((value - domain.low) / (domain.high - domain.low)) * width
  const small = width < 480
  const radius = Math.max(2.4, Math.min(small ? 3.6 : 6.4, (0.9 * width) / Math.max(40, dots.length)))
  const placed = useMemo(() => stacked(dots, width, domain, radius), [dots, width, domain, radius])
  const away = placed.filter(({ dot }) => dot.code !== dot.nearest).slice(0, MOST_RINGS)
  // Names of levels that would touch are left out.
  const apart = Math.max(1, Math.abs(X(levels[1]) - X(levels[0])))
  const [codes, values] = [Math.ceil(18 / apart), Math.ceil(60 / apart)]
  return (
    <svg className="levels" width={width} height={PICTURE_HEIGHT} aria-hidden="true">
      {Array.from(levels.subarray(1), (level, i) => {
        const x = X((level + levels[i]) / 2)
        return <path key={i} className="between" d={`M${x} ${BASE - 140}V${BASE}`} />
      })}
      {tried && (
        <rect className="tried" x={X(range.low)} width={X(range.high) - X(range.low)} y={BASE - 4} height={8} />
      )}
      <path className="base" d={`M0 ${BASE}H${width}`} />
      {tried &&
        Array.from(tried, (level, i) => <path key={i} className="tick tried" d={`M${X(level)} ${BASE - 16}v32`} />)}
      {Array.from(levels, (level, i) => (
        <g key={i} className="level">
          <path className="tick" d={`M${X(level)} ${BASE - 9}v18`} />
          {i % codes === 0 && (
            <text className="code" x={X(level)} y={BASE + 27} textAnchor="middle">
              {i}
            </text>
          )}
          {i % values === 0 && (
            <text x={X(level)} y={BASE + 44} textAnchor="middle">
              {significant(level, 3)}
            </text>
          )}
        </g>
      ))}
      {dots.length > MOST_DOTS ? (
        <Histogram dots={dots} X={X} width={width} domain={domain} />
      ) : (
        <path
          className="dots"
          d={placed
            .filter(({ dot }) => dot.code === dot.nearest)
            .map((one) => circle(one, radius - 0.6))
            .join('')}
        />
      )}
      <path
        className={away.length > MANY ? 'arrows many' : 'arrows'}
        d={away.map((one) => arrow(one, X(levels[one.dot.code]), radius)).join('')}
      />
      <path className="rings" d={away.map((one) => circle(one, radius + 1.2)).join('')} />
      <path className="cores" d={away.map((one) => circle(one, Math.max(1, radius - 2))).join('')} />
      {placed
        .filter(({ dot }) => dot.column === column)
        .map((one) => (
          <path key={column} className="chosen" d={circle(one, radius + 4)} />
        ))}
    </svg>
  )
}

interface Placed {
  dot: Dot
  x: number
  y: number
}

/** Dots over the line, one on another where they are close. */
function stacked(dots: readonly Dot[], width: number, domain: { low: number; high: number }, radius: number): Placed[] {
  const placed: Placed[] = []
  const apart = 2 * radius + 1
  const floor = BASE - radius - 12
  // Of dots that were placed further left, only the last few can be touched.
  let first = 0
  for (const dot of [...dots].sort((a, b) => a.weight - b.weight)) {
    const x = ((dot.weight - domain.low) / (domain.high - domain.low)) * width
    while (first < placed.length && placed[first].x < x - apart) first++
    const near = placed.slice(first)
    let y = floor
    while (y > 8 && near.some((other) => Math.hypot(other.x - x, other.y - y) < apart)) y -= 1.5
    placed.push({ dot, x, y })
  }
  return placed
}

const circle = ({ x, y }: Placed, r: number) =>
  `M${(x - r).toFixed(1)} ${y.toFixed(1)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`

/** From a dot over to the level it took. */
function arrow({ x, y }: Placed, to: number, radius: number): string {
  const top = Math.max(2, y - 30 - Math.abs(to - x) * 0.12)
  const [from, end] = [y - radius - 2, BASE - 13]
  const head = `M${to - 4} ${BASE - 19}l4 7l4 -7`
  return `M${x.toFixed(1)} ${from.toFixed(1)}C${x.toFixed(1)} ${top} ${to.toFixed(1)} ${top} ${to.toFixed(1)} ${end}${head}`
}

/** Where a group has more weights than there is room for dots. */
function Histogram({
  dots,
  X,
  width,
  domain,
}: {
  dots: readonly Dot[]
  X(value: number): number
  width: number
  domain: { low: number; high: number }
}) {
  const counts = new Array<number>(BINS).fill(0)
  const size = (domain.high - domain.low) / BINS
  for (const { weight } of dots) counts[Math.max(0, Math.min(BINS - 1, Math.floor((weight - domain.low) / size)))]++
  const most = Math.max(...counts)
  return (
    <path
      className="bins"
      d={counts
        .map(
          (n, i) =>
            `M${X(domain.low + i * size)} ${BASE - 2}v${-((n / most) * 120).toFixed(1)}h${width / BINS - 1}V${BASE - 2}Z`,
        )
        .join('')}
    />
  )
}
