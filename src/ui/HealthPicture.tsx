// How healthy a layer's Hessian is: its leading eigenvalues over the damping, and the numbers in words.
import type { HessianHealth } from '../quantize/health.ts'
import { eigenvalueHeights, healthWords } from '../store/health.ts'

const [WIDTH, HEIGHT, BAR] = [120, 30, 5]

export function HealthPicture({ health, tokensPerColumn }: { health: HessianHealth; tokensPerColumn: number }) {
  const { facts, worries } = healthWords(health, tokensPerColumn)
  const heights = eigenvalueHeights(health)
  const shown = heights.length
  return (
    <div className="health">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} role="img" aria-label={label(shown)}>
        <title>{label(shown)}</title>
        {heights.map((height, i) => (
          <rect key={i} x={i * (BAR + 2)} y={(HEIGHT - 2) * (1 - height)} width={BAR} height={(HEIGHT - 2) * height} />
        ))}
        <path d={`M0 ${HEIGHT - 1}H${WIDTH}`} />
      </svg>
      <div>
        <p>Hessian: {facts.join(' · ')}</p>
        {worries.map((worry) => (
          <p key={worry} className="worry">
            {worry}
          </p>
        ))}
      </div>
    </div>
  )
}

const label = (shown: number) =>
  `The ${shown} largest eigenvalues on a log axis; the line is the damping, below which the steps see nothing.`
