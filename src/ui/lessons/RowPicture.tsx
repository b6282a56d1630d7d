// One row of a real layer: a stem for every column, from 0 to how far its level (or its target) is from the weight, in
// steps of the grid; below, maybe, what the best change of every column would gain. Stems, not a chart: one per weight.
import { count, significant } from '../../store/wording.ts'
import { useWidth } from '../width.ts'

/** One column. */
export interface Stem {
  /** In steps of the grid. */
  value: number
  /** level: an error that stands; wish: where the column is wanted, not yet rounded; moved: away from its nearest. */
  kind: 'level' | 'wish' | 'moved' | 'dead'
}

interface Props {
  stems: readonly Stem[]
  /** Name of the y axis. */
  title: string
  /** Columns under way or just moved. */
  marked?: number | undefined
  markedText?: string
  /** By column; drawn below. */
  gains?: ArrayLike<number> | undefined
  /** Everything in one sentence. */
  summary: string
}

const LEFT = 40
/** Steps from 0 to the edge of the frame. */
const REACH = 2
const GAINS = 110

export function RowPicture({ stems, title, marked, markedText, gains, summary }: Props) {
  const [ref, width] = useWidth<HTMLDivElement>()
  const small = width < 480
  const half = small ? 92 : 120
  const top = 24
  const middle = top + half
  const bottom = middle + half
  const height = bottom + 26 + (gains ? GAINS + 34 : 0)
  const x = (j: number) => LEFT + ((j + 0.5) * (width - LEFT - 6)) / stems.length
  const y = (value: number) => middle - (Math.max(-REACH, Math.min(REACH, value)) * half) / REACH
  const most = gains ? Math.max(...Array.from(gains), Number.MIN_VALUE) : 1
  const base = height - 8
  const best = gains && most > 0 ? Array.from(gains).indexOf(most) : -1
  const beyond = stems.filter(({ value }) => Math.abs(value) > REACH).length
  return (
    <div ref={ref} className="chart row-picture">
      {width > 0 && (
        <svg className="notes" width={width} height={height} role="img" aria-label={summary}>
          <text className="axis-title" x={0} y={12}>
            {title}
            {beyond > 0 && `; ${count(beyond)} beyond ${REACH} steps`}
          </text>
          <rect className="band" x={LEFT} y={y(0.5)} width={width - LEFT} height={y(-0.5) - y(0.5)} />
          {[-1, -0.5, 0, 0.5, 1].map((tick) => (
            <g key={tick}>
              <path className={tick === 0 ? 'zero' : 'stem-grid'} d={`M${LEFT} ${y(tick)}H${width}`} />
              <text x={LEFT - 6} y={y(tick) + 4} textAnchor="end">
                {String(tick).replace('-', '−')}
              </text>
            </g>
          ))}
          {stems.map(({ value, kind }, j) => (
            <g key={j} className={`stem ${kind}`}>
              <path d={`M${x(j).toFixed(1)} ${middle}V${y(value).toFixed(1)}`} />
              <circle cx={x(j)} cy={y(value)} r={kind === 'moved' ? 3.4 : small ? 1.6 : 2.4} />
            </g>
          ))}
          <text className="quiet halo" x={width - 4} y={y(0.5) - 5} textAnchor="end">
            the nearest level is always inside this band
          </text>
          {marked !== undefined && marked < stems.length && (
            <g className="marked">
              <path d={`M${x(marked)} ${top}V${bottom}`} />
              <text
                className="halo strong"
                x={x(marked) + (marked > stems.length / 2 ? -6 : 6)}
                y={top + 10}
                textAnchor={marked > stems.length / 2 ? 'end' : 'start'}
              >
                {markedText ?? `column ${marked}`}
              </text>
            </g>
          )}
          <text x={LEFT} y={bottom + 16}>
            column 0
          </text>
          <text x={width - 4} y={bottom + 16} textAnchor="end">
            {stems.length - 1}
          </text>
          {gains && (
            <g className="gains">
              <text className="axis-title" x={0} y={bottom + 46}>
                what the best change of each column would gain
              </text>
              <path className="zero" d={`M${LEFT} ${base}H${width}`} />
              {Array.from(gains, (gain, j) => (
                <rect
                  key={j}
                  className={j === best ? 'best' : ''}
                  x={x(j) - (small ? 0.9 : 2)}
                  width={small ? 1.8 : 4}
                  y={base - ((GAINS - 30) * gain) / most}
                  height={((GAINS - 30) * gain) / most}
                />
              ))}
              {best >= 0 && (
                <text
                  className="halo strong"
                  x={x(best) + (best > stems.length / 2 ? -6 : 6)}
                  y={base - (GAINS - 30) + 10}
                  textAnchor={best > stems.length / 2 ? 'end' : 'start'}
                >
                  next: column {best}, −{significant(most, 3)}
                </text>
              )}
            </g>
          )}
        </svg>
      )}
    </div>
  )
}
