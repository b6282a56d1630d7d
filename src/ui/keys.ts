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

/** `of` a room: its keys come before those of the page. */
export function useKeys(actions: readonly KeyAction[], of: 'page' | 'room' = 'page'): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return
      const target = event.target instanceof Element ? event.target : null
      if (target?.closest(OWN)) return
      // Buttons and checkboxes have the space bar, radio buttons the arrows, for themselves.
      if (event.key === ' ' && target?.closest('button, a, summary, input:not([type=radio]:checked)')) return
      if (event.key.startsWith('Arrow') && target?.closest('input')) return
      const action = actions.find(({ key }) => key === event.key || key === event.key.toLowerCase())
      if (!action || (event.repeat && !event.key.startsWith('Arrow'))) return
      event.preventDefault()
      action.run()
    }
    const early = { capture: of === 'room' }
    addEventListener('keydown', onKey, early)
    return () => removeEventListener('keydown', onKey, early)
  }, [actions, of])
}
