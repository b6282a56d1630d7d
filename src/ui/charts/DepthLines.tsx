// The lines of a depth panel over the bands of its blocks, with the points under the pointer; and the pointer's box.
import { useContext, useId } from 'react'
import { useActiveTooltipLabel, useIsTooltipActive } from 'recharts'
import { layerName, signedPercent, significant } from '../../store/wording.ts'
import { Mark, recipeClass } from '../marks.tsx'
import { RecipeLine } from './axes.tsx'
import { DepthData, type Part, useDepth } from './depth-context.ts'
import { Tip } from './Tip.tsx'

export function DepthLines({ part }: { part: Part }) {
  const id = useId()
  const pointed = usePointed()
  const depth = useDepth()
  if (!depth) return null
  const { rows, recipes, yardstick, challenger, frames, left, right, top, bottom, X, Y } = depth
  const drawn =
    part === 'loss' ? recipes : recipes.filter((name) => name !== yardstick && !frames.outside.includes(name))
  const { low, high } = frames[part]
  const row = pointed === undefined ? undefined : rows[pointed]
  return (
    <g className="notes">
      <Bands part={part} />
      <clipPath id={id}>
        <rect x={left} y={top} width={right - left} height={bottom - top} />
      </clipPath>
      {part === 'ratio' && <path className={`reference ${recipeClass(yardstick)}`} d={`M${left} ${Y(1)}H${right}`} />}
      <g clipPath={`url(#${id})`}>
        {drawn.map((recipe) => (
          <RecipeLine
            key={recipe}
            recipe={recipe}
            thin={recipe !== challenger}
            points={rows.map((each) => {
              const value = each[part][recipe]
              return { x: X(each.index), y: value === undefined ? null : Y(value) }
            })}
          />
        ))}
      </g>
      {row &&
        drawn.map((recipe) => {
          const value = row[part][recipe]
          const inside = value !== undefined && value >= low && value <= high
          return inside && <Mark key={recipe} recipe={recipe} x={X(row.index)} y={Y(value)} r={4.6} />
        })}
    </g>
  )
}

/** Index of the layer that the pointer or the keys are at. */
function usePointed(): number | undefined {
  const label = useActiveTooltipLabel()
  const active = useIsTooltipActive()
  return active && label !== undefined ? Math.round(Number(label)) : undefined
}

/** Every second block on a band. */
function Bands({ part }: { part: Part }) {
  const depth = useDepth()
  if (!depth) return null
  const { rows, top, bottom, X } = depth
  const blocks = new Map<number, [number, number]>()
  for (const { block, index } of rows) blocks.set(block, [blocks.get(block)?.[0] ?? index, index])
  const odd = [...blocks].filter(([block]) => block % 2)
  const band = ([from, to]: [number, number]) =>
    `M${X(from - 0.5).toFixed(1)} ${top}H${X(to + 0.5).toFixed(1)}V${bottom}H${X(from - 0.5).toFixed(1)}Z`
  return <path className={`band ${part}`} d={odd.map(([, ends]) => band(ends)).join('')} />
}

/** Every recipe's loss at the layer that is pointed at. */
export function DepthTip({ active = false, label }: { active?: boolean; label?: string | number }) {
  const data = useContext(DepthData)
  const row = data?.rows[Math.round(Number(label))]
  if (!data || !row) return null
  const lines = data.recipes.flatMap((recipe) => {
    const loss = row.loss[recipe]
    if (loss === undefined) return []
    const against = row.ratio[recipe]
    const versus = against === undefined ? '' : ` (${signedPercent(against - 1)})`
    return [{ recipe, value: `${significant(loss, 4)}${versus}` }]
  })
  return <Tip shown={active} head={layerName(row)} lines={lines} />
}
