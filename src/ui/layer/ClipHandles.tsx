// The ends of a clip range as two handles under the number line: dragged, or moved with the arrow keys.
import { useRef, type KeyboardEvent, type PointerEvent } from 'react'
import type { ClipRange } from '../../store/layer-levels.ts'
import { significant } from '../../store/wording.ts'

interface Props {
  range: ClipRange
  domain: { low: number; high: number }
  width: number
  change(range: ClipRange): void
}

/** Parts of the picture that one key press moves. */
const STEPS = 200

export function ClipHandles({ range, domain, width, change }: Props) {
  return (
    <div className="handles" style={{ width }}>
      {(['low', 'high'] as const).map((end) => (
        <Handle
          key={end}
          name={end === 'low' ? 'Lowest level' : 'Highest level'}
          value={range[end]}
          domain={{
            low: end === 'low' ? domain.low : 0,
            high: end === 'low' ? 0 : domain.high,
          }}
          x={((range[end] - domain.low) / (domain.high - domain.low)) * width}
          perPixel={(domain.high - domain.low) / width}
          step={(domain.high - domain.low) / STEPS}
          change={(value) => change({ ...range, [end]: value })}
        />
      ))}
    </div>
  )
}

interface HandleProps {
  name: string
  value: number
  domain: { low: number; high: number }
  x: number
  perPixel: number
  step: number
  change(value: number): void
}

function Handle({ name, value, domain, x, perPixel, step, change }: HandleProps) {
  const held = useRef<{ x: number; value: number }>(undefined)
  const to = (next: number) => change(Math.max(domain.low, Math.min(domain.high, next)))
  const start = (event: PointerEvent<HTMLElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId)
    held.current = { x: event.clientX, value }
  }
  const drag = ({ clientX }: PointerEvent) => {
    if (held.current) to(held.current.value + (clientX - held.current.x) * perPixel)
  }
  const key = (event: KeyboardEvent) => {
    const far = event.shiftKey ? 10 : 1
    const ways: Record<string, number> = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }
    const ends: Record<string, number> = { Home: domain.low, End: domain.high }
    if (event.key in ways) to(value + far * ways[event.key] * step)
    else if (event.key in ends) to(ends[event.key])
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <span
      className="clip-handle"
      style={{ left: x }}
      role="slider"
      tabIndex={0}
      aria-label={name}
      aria-valuemin={domain.low}
      aria-valuemax={domain.high}
      aria-valuenow={value}
      aria-valuetext={significant(value, 3)}
      onPointerDown={start}
      onPointerMove={drag}
      onPointerUp={() => (held.current = undefined)}
      onPointerCancel={() => (held.current = undefined)}
      onKeyDown={key}
    />
  )
}
