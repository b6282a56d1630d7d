// Widths that the budget lacks: what is missing, the button that runs them, and how far that is.
import { useStore } from 'zustand'
import { list, plural, recipeTitle } from '../../../store/wording.ts'
import { usePlayground, useSession } from '../../session.ts'

interface Props {
  recipe: string
  group: number
  widths: readonly number[]
  /** True where there is a budget already, with fewer widths. */
  begun: boolean
}

export function MeasureWidths({ recipe, group, widths, begun }: Props) {
  const playground = usePlayground()
  const job = useStore(playground.matrix.store, (matrix) => matrix.job)
  const problem = useStore(playground.matrix.store, (matrix) => matrix.problem)
  const known = useStore(playground.matrix.store, (matrix) => matrix.scope !== undefined)
  const ready = useSession((session) => session.opened !== undefined)
  if (!widths.length) return null
  const own = job?.waiting.filter((cell) => cell.recipe === recipe && cell.group === group) ?? []
  const words = `${list(widths.map(String))} bits`
  const measure = () => void playground.matrix.run(widths.map((bits) => ({ recipe, bits, group })))
  if (own.length)
    return (
      <div className="budget-missing" data-not-in-picture>
        <p role="status">
          {job?.now
            ? `Measuring ${recipeTitle(recipe)} at ${job.now.bits} bits: ${job.now.done} of ${plural(job.now.of, 'layer')}.`
            : 'Waiting for the device.'}
        </p>
        <button type="button" className="btn" onClick={() => playground.matrix.stop()}>
          Stop
        </button>
      </div>
    )
  return (
    <div className="budget-missing" data-not-in-picture>
      <p>
        {problem ??
          (begun
            ? `${words} of ${recipeTitle(recipe)} are not measured yet.`
            : `A budget needs the losses of ${recipeTitle(recipe)} at more widths: ${words} are not measured yet.`)}
      </p>
      <button type="button" className={begun ? 'btn' : 'btn primary'} disabled={!ready || !known} onClick={measure}>
        Measure {words}
      </button>
    </div>
  )
}
