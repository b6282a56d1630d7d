// What was found in a checkpoint, one line per thing that was looked at; lines still to come are told as such.
import type { ReactNode } from 'react'
import type { Check } from '../worker/protocol.ts'
import { Icon, type IconName } from './icons.tsx'

const icons: Readonly<Record<Check['status'], IconName>> = {
  pending: 'ring',
  ok: 'check',
  warning: 'warn',
  error: 'cross',
  skipped: 'dash',
}
const words: Readonly<Record<Check['status'], string>> = {
  pending: 'Still to come',
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
      {order.map((check, i) => (
        <CheckLine key={i} check={check} />
      ))}
    </ul>
  )
}

/** `children`: what can be done about it. */
export function CheckLine({ check, children }: { check: Check; children?: ReactNode }) {
  const { status, subject, fact, detail, progress } = check
  return (
    <li className={status}>
      <Icon name={icons[status]} />
      <b className={subject.includes('.') ? 'mono' : undefined}>
        <span className="visually-hidden">{words[status]}: </span>
        {subject}
      </b>
      <span>
        {fact.startsWith(`${subject}: `) ? fact.slice(subject.length + 2) : fact}
        {detail && <small>{detail}</small>}
        {progress && (
          <span className="check-progress" aria-hidden="true">
            <span style={{ width: `${(100 * progress.done) / progress.of}%` }} />
          </span>
        )}
        {children}
      </span>
    </li>
  )
}
