// What is to be known of the plan on this model: a line per thing, the layers it is about, and a button that mends it.
import type { PlanCheck } from '../../pipeline/plan-checks.ts'
import { plural } from '../../store/wording.ts'
import { CheckLine } from '../CheckList.tsx'
import { usePlayground } from '../session.ts'

export function PlanChecks({ checks }: { checks: readonly PlanCheck[] }) {
  const playground = usePlayground()
  return (
    <ul className="checks" aria-label="With this plan">
      {checks.map((check) => (
        <CheckLine key={check.subject} check={check}>
          {check.layers && check.status !== 'ok' && <Layers names={check.layers} />}
          {check.offer && (
            <button type="button" className="btn small" onClick={() => playground.change(check.offer!.change)}>
              Use {check.offer.label}
            </button>
          )}
        </CheckLine>
      ))}
    </ul>
  )
}

function Layers({ names }: { names: readonly string[] }) {
  return (
    <details className="check-layers">
      <summary>{plural(names.length, 'layer')}</summary>
      <ul>
        {names.map((name) => (
          <li key={name} className="mono">
            {name}
          </li>
        ))}
      </ul>
    </details>
  )
}
