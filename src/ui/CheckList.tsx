// What was found in a checkpoint, one line per thing that was looked at.
import type { Check } from '../worker/protocol.ts'
import { Icon, type IconName } from './icons.tsx'

const icons: Readonly<Record<Check['status'], IconName>> = {
  ok: 'check',
  warning: 'warn',
  error: 'cross',
  skipped: 'dash',
}
const words: Readonly<Record<Check['status'], string>> = {
  ok: 'Fine',
  warning: 'Warning',
  error: 'Error',
  skipped: 'Not used',
}

export function CheckList({ checks }: { checks: readonly Check[] }) {
  // What was not needed comes last.
  const order = [
    ...checks.filter(({ status }) => status !== 'skipped'),
    ...checks.filter(({ status }) => status === 'skipped'),
  ]
  return (
    <ul className="checks">
      {order.map(({ status, subject, fact, detail }, i) => (
        <li key={i} className={status}>
          <Icon name={icons[status]} />
          <b className={subject.includes('.') ? 'mono' : undefined}>
            <span className="visually-hidden">{words[status]}: </span>
            {subject}
          </b>
          <span>
            {fact.startsWith(`${subject}: `) ? fact.slice(subject.length + 2) : fact}
            {detail && <small>{detail}</small>}
          </span>
        </li>
      ))}
    </ul>
  )
}
