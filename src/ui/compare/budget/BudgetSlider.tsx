// The slider of the bit budget: its stops are the mixes that no other mix of their size beats. Arrows go from stop to
// stop, the marks below to what the same bits everywhere would cost.
import type { CSSProperties, KeyboardEvent } from 'react'
import { bitsText, lossWords, type Uniform } from '../../../store/budget-words.ts'

export interface Stop {
  effectiveBits: number
  meanLoss: number
}

interface Props {
  stops: readonly Stop[]
  /** Index of the stop in view. */
  at: number
  uniforms: readonly Uniform[]
  onStop(index: number): void
  onBudget(effectiveBits: number): void
}

/** Stops passed by PageUp and PageDown. */
const PAGE = 8

export function BudgetSlider({ stops, at, uniforms, onStop, onBudget }: Props) {
  const [low, high] = [stops[0].effectiveBits, stops[stops.length - 1].effectiveBits]
  const share = (bits: number) => (high > low ? (bits - low) / (high - low) : 0)
  const stop = stops[at]
  const onKeyDown = (event: KeyboardEvent) => {
    const to = keyTo(event.key, at, stops.length - 1)
    if (to === undefined) return
    event.preventDefault()
    onStop(Math.min(stops.length - 1, Math.max(0, to)))
  }
  return (
    <div className="budget-slider">
      <input
        type="range"
        aria-label="Effective bits per weight"
        aria-valuetext={`${bitsText(stop.effectiveBits)} effective bits, mean relative loss ${lossWords(stop.meanLoss)}`}
        min={low}
        max={high}
        step="any"
        value={stop.effectiveBits}
        style={{ '--at': `${100 * share(stop.effectiveBits)}%` } as CSSProperties}
        onChange={({ target }) => onStop(nearest(stops, Number(target.value)))}
        onKeyDown={onKeyDown}
      />
      <div className="budget-ticks">
        {uniforms
          .filter(({ numbers }) => share(numbers.effectiveBits) >= 0 && share(numbers.effectiveBits) <= 1)
          .map(({ bits, numbers }) => (
            <button
              key={bits}
              type="button"
              className="plain"
              style={{ '--at': share(numbers.effectiveBits) } as CSSProperties}
              aria-label={`Spend what ${bits} bits everywhere cost, ${bitsText(numbers.effectiveBits)}`}
              onClick={() => onBudget(numbers.effectiveBits)}
            >
              {bitsText(numbers.effectiveBits)} <span>all {bits} bits</span>
            </button>
          ))}
      </div>
    </div>
  )
}

function keyTo(key: string, at: number, last: number): number | undefined {
  if (key === 'ArrowRight' || key === 'ArrowUp') return at + 1
  if (key === 'ArrowLeft' || key === 'ArrowDown') return at - 1
  if (key === 'PageUp') return at + PAGE
  if (key === 'PageDown') return at - PAGE
  if (key === 'Home') return 0
  return key === 'End' ? last : undefined
}

function nearest(stops: readonly Stop[], bits: number): number {
  const away = (index: number) => Math.abs(stops[index].effectiveBits - bits)
  return stops.reduce((best, _, index) => (away(index) < away(best) ? index : best), 0)
}
