// Above the pictures: which difference, and how large a weight is.
import { Segments } from '../Segments.tsx'
import type { DifferenceKind } from './weight-images.ts'

interface Props {
  kind: DifferenceKind
  setKind(kind: DifferenceKind): void
  /** One picture at a time: that is chosen elsewhere. */
  small: boolean
  /** Why no difference can be weighted. */
  without: string | undefined
  larger(factor: number): void
  /** One pixel per weight. */
  exact(): void
  /** All of the layer. */
  all(): void
}

export function WeightTools({ kind, setKind, small, without, larger, exact, all }: Props) {
  return (
    <>
      {!small && (
        <Segments<DifferenceKind>
          label="Difference"
          hideLabel
          small
          segments={[
            { value: 'difference', label: 'difference' },
            { value: 'weighted', label: 'weighted by diag H', ...(without !== undefined && { reason: without }) },
          ]}
          value={kind}
          onChange={setKind}
        />
      )}
      <div className="zooms" role="group" aria-label="Size of the weights">
        <button type="button" className="btn small" aria-label="Smaller" onClick={() => larger(1 / 1.5)}>
          −
        </button>
        <button type="button" className="btn small" aria-label="Larger" onClick={() => larger(1.5)}>
          +
        </button>
        <button type="button" className="btn small" aria-label="One pixel per weight" onClick={exact}>
          1 : 1
        </button>
        <button type="button" className="btn small" aria-label="The whole layer" onClick={all}>
          All
        </button>
      </div>
    </>
  )
}
