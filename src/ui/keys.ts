// Keys of the page. Off while a field, a chart or a dialog has the focus, and together with Ctrl, Alt or Meta.
import { useEffect } from 'react'

export interface KeyAction {
  key: string
  /** As printed on the key. */
  name: string
  what: string
  run(): void
}

const OWN =
  'input:not([type=radio]):not([type=checkbox]), select, textarea, dialog, [role=application], [contenteditable]'

export function useKeys(actions: readonly KeyAction[]): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return
      const target = event.target instanceof Element ? event.target : null
      if (target?.closest(OWN)) return
      // Buttons and checkboxes have the space bar, radio buttons the arrows, for themselves.
      if (event.key === ' ' && target?.closest('button, a, summary, input:not([type=radio]:checked)')) return
      if (event.key === 'ArrowRight' && target?.closest('input')) return
      const action = actions.find(({ key }) => key === event.key || key === event.key.toLowerCase())
      if (!action || (event.repeat && event.key !== 'ArrowRight')) return
      event.preventDefault()
      action.run()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [actions])
}
