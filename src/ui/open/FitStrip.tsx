// The plan does not fit this device: what, by how much, and the nearest plan that does.
import type { Fit } from '../../pipeline/fit.ts'
import { bytes } from '../../store/wording.ts'
import { Strip } from '../Strip.tsx'
import { usePlayground } from '../session.ts'

export function FitStrip({ fit }: { fit: Fit }) {
  const playground = usePlayground()
  const { misfits, smaller } = fit
  if (!misfits.length) return null
  const budget = misfits.every(({ of }) => of === 'budget')
  return (
    <Strip
      tone={budget ? 'warn' : 'error'}
      icon={budget ? 'warn' : 'cross'}
      title={budget ? 'This plan needs more memory than you allow.' : 'This does not fit this device.'}
    >
      {misfits.map(({ fact }) => `${fact.charAt(0).toUpperCase()}${fact.slice(1)}.`).join(' ')}{' '}
      {smaller
        ? `With ${smaller.words} it is ${bytes(smaller.peakBytes)}.`
        : misfits.some(({ of }) => of === 'model')
          ? 'No plan helps: the model is too wide for this adapter.'
          : 'No smaller plan fits either.'}
      {smaller && (
        <p>
          <button
            type="button"
            className="btn"
            onClick={() => {
              playground.change(smaller.change)
              if (smaller.only) playground.choose(smaller.only)
            }}
          >
            Use a plan that fits: {smaller.words}
          </button>
        </p>
      )}
    </Strip>
  )
}
