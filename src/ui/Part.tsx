// What a teacher's link does to the page: parts that are left out, controls that are shown but locked.
import type { ReactNode } from 'react'
import { type Lock, locks, type Part as PartName } from '../store/view.ts'
import { Icon } from './icons.tsx'
import { useSession } from './session.ts'

/** Its children, unless the link hides the part. */
export function Part({ name, children }: { name: PartName; children: ReactNode }) {
  return useSession((session) => session.view.hide.includes(name)) ? null : children
}

/** Controls that the link may lock: they then show their value and say why they do not change. */
export function Lockable({ name, children }: { name: Lock; children: ReactNode }) {
  const locked = useSession((session) => session.view.lock.includes(name))
  const reason = `${locks[name].title} is locked by this link`
  return (
    <fieldset className="lockable" disabled={locked} {...(locked && { title: reason })}>
      {locked && (
        <span className="locked">
          <Icon name="lock" />
          <span className="visually-hidden">{reason}.</span>
        </span>
      )}
      {children}
    </fieldset>
  )
}
