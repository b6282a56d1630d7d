// A strip for the whole run: icon, fact, what is kept, what to do.
import type { ReactNode } from 'react'
import { Icon, type IconName } from './icons.tsx'

interface Props {
  tone: 'warn' | 'error' | 'neutral'
  title: ReactNode
  children?: ReactNode
  actions?: ReactNode
  icon?: IconName
}

/** Errors interrupt (`role="alert"`), the rest is there to be read. */
export function Strip({ tone, title, children, actions, icon = tone === 'neutral' ? 'info' : 'warn' }: Props) {
  return (
    <div className={`strip ${tone}`} {...(tone === 'error' ? { role: 'alert' } : {})}>
      <Icon name={icon} />
      <div>
        <b>{title}</b> {children}
      </div>
      {actions && <div className="actions">{actions}</div>}
    </div>
  )
}
