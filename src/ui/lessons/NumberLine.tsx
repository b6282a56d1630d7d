// The weights of one row as dots on a number line, its levels as ticks, and what rounding makes of them: above, every
// weight where it is; below, how many went to each level.
import type { ReferenceLevels } from '../../quantize/problem.ts'
import { significant } from '../../store/wording.ts'
import { useWidth } from '../width.ts'

interface Props {
  weights: ArrayLike<number>
  levels: ReferenceLevels
  codes: ArrayLike<number>
  show: 'weights' | 'levels' | 'rounded'
  /** One weight that is followed. */
  picked: number
  summary: string
}

const DOT = 4
const ABOVE = 150
const BELOW = 120

export function NumberLine({ weights, levels, codes, show, picked, summary }: Props) {
  const [ref, width] = useWidth<HTMLDivElement>()
  const all = Array.from(weights)
  const { scales, zeros, bits } = levels
  const value = (code: number) => scales[0] * (code - zeros[0])
  const ticks = Array.from({ length: 2 ** bits }, (_, code) => value(code))
  const low = Math.min(...all, ...ticks)
  const high = Math.max(...all, ...ticks)
  const pad = width < 480 ? 12 : 24
  const x = (w: number) => pad + ((w - low) / (high - low)) * (width - 2 * pad)
  const height = ABOVE + (show === 'rounded' ? BELOW : 54)
  const stacked = width > 0 ? stack(all.map(x), 2 * DOT + 1) : []
  const counts = ticks.map((_, code) => all.reduce((sum, __, j) => sum + Number(codes[j] === code), 0))
  const most = Math.max(...counts, 1)
  const every = Math.ceil(ticks.length / (width < 480 ? 8 : 16))
  const w = all[picked]
  const to = value(codes[picked])
  return (
    <div ref={ref} className="chart number-line">
      {width > 0 && (
        <svg className="notes" width={width} height={height} role="img" aria-label={summary}>
          {stacked.map(([cx, up], j) => (
            <circle
              key={j}
              className={j === picked ? 'weight picked' : 'weight'}
              cx={cx}
              cy={Math.max(8, ABOVE - 14 - up * (2 * DOT + 1))}
              r={j === picked ? DOT + 2 : DOT}
            />
          ))}
          <path className="line-base" d={`M0 ${ABOVE}H${width}`} />
          {show !== 'weights' &&
            ticks.map((tick, code) => (
              <g key={code} className={code === codes[picked] ? 'level-tick taken' : 'level-tick'}>
                <path d={`M${x(tick)} ${ABOVE - 8}v16`} />
                {code % every === 0 && (
                  <text x={x(tick)} y={ABOVE + 24} textAnchor="middle">
                    {code}
                  </text>
                )}
              </g>
            ))}
          {show !== 'weights' && (
            <text className="axis-title" x={0} y={12}>
              {all.length} weights above, the codes 0 to {ticks.length - 1} below
            </text>
          )}
          {show === 'weights' &&
            [low, 0, high].map((tick) => (
              <text key={tick} x={Math.min(width - 24, Math.max(24, x(tick)))} y={ABOVE + 22} textAnchor="middle">
                {significant(tick, 3)}
              </text>
            ))}
          {show !== 'weights' && (
            <g className="journey">
              <path d={`M${x(w)} ${ABOVE - 3}L${x(to)} ${ABOVE - 3}`} />
              <circle cx={x(to)} cy={ABOVE} r={5} />
            </g>
          )}
          {show === 'rounded' &&
            counts.map((number, code) => {
              const tall = (number / most) * (BELOW - 70)
              return (
                <g key={code} className="level-count">
                  <rect x={x(ticks[code]) - 4} y={ABOVE + 54} width={8} height={tall} />
                  {ticks.length <= 16 && number > 0 && (
                    <text x={x(ticks[code])} y={ABOVE + 54 + tall + 13} textAnchor="middle">
                      {number}
                    </text>
                  )}
                </g>
              )
            })}
        </svg>
      )}
    </div>
  )
}

/** Dots near each other stand on each other: place and floor of each. */
function stack(places: readonly number[], wide: number): [number, number][] {
  const floors = new Map<number, number>()
  return places.map((place) => {
    const column = Math.round(place / wide)
    const floor = floors.get(column) ?? 0
    floors.set(column, floor + 1)
    return [column * wide, floor]
  })
}
